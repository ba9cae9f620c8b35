//! Those who act: attendees, the host in Google, the owner of the account, whoever answers for the organization and who
//! runs the installation, and the sync of Lockstep itself.

pub mod admin;
pub mod attendee;
pub mod giver;
pub mod host;
pub mod operator;
pub mod owner;
pub mod push;
pub mod sync;

use std::fmt;

use crate::machine::Life;
use crate::scene::Stage;

/// Someone who acts. In this order they are drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Actor {
    /// Whoever sets the scene; later, whatever belongs to nobody.
    Setup,
    /// A person who books.
    Attendee(u8),
    /// A person who edits the calendar in Google.
    Host,
    /// The person whose account is connected.
    Owner,
    /// The person who answers for the organization.
    Admin,
    /// The person who runs the installation.
    Operator,
    /// Whoever carries Google's pushes, and the server process that takes them.
    Push,
    /// Due work, by one of several workers.
    Sync(u8),
    /// The person who gives bookings from host to host.
    Giver,
}

impl Actor {
    /// A distinct short code.
    pub const fn code(self) -> [u8; 2] {
        match self {
            Self::Setup => [0, 0],
            Self::Attendee(n) => [1, n],
            Self::Host => [2, 0],
            Self::Sync(n) => [3, n],
            Self::Owner => [4, 0],
            Self::Operator => [5, 0],
            Self::Push => [6, 0],
            Self::Admin => [7, 0],
            Self::Giver => [8, 0],
        }
    }

    /// Whether it goes on for as long as there is a server.
    pub const fn is_endless(self) -> bool {
        matches!(self, Self::Push | Self::Sync(_))
    }

    /// Whether it runs in the server, and dies with it.
    pub const fn is_in_server(self) -> bool {
        matches!(
            self,
            Self::Attendee(_)
                | Self::Owner
                | Self::Admin
                | Self::Giver
                | Self::Operator
                | Self::Push
                | Self::Sync(_)
        )
    }

    /// A life of its own, from the beginning; what it knows is in the scene.
    pub fn live(self, stage: &Stage) -> Life {
        let stage = stage.clone();
        match self {
            Self::Setup => Box::pin(async {}),
            Self::Attendee(n) => Box::pin(attendee::live(stage, n)),
            Self::Giver => Box::pin(giver::live(stage)),
            Self::Host => Box::pin(host::live(stage)),
            Self::Owner => Box::pin(owner::live(stage)),
            Self::Admin => Box::pin(admin::live(stage)),
            Self::Operator => Box::pin(operator::live(stage)),
            Self::Push => Box::pin(push::live(stage)),
            Self::Sync(_) => Box::pin(sync::live(stage)),
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setup => f.pad("setup"),
            Self::Attendee(n) => f.pad(&format!("attendee{n}")),
            Self::Giver => f.pad("giver"),
            Self::Host => f.pad("host"),
            Self::Owner => f.pad("owner"),
            Self::Admin => f.pad("admin"),
            Self::Operator => f.pad("operator"),
            Self::Push => f.pad("push"),
            Self::Sync(n) => f.pad(&format!("sync{n}")),
        }
    }
}
