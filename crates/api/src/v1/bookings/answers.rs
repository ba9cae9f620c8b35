//! What changing one booking may answer, said once for all who do.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::{Content, Ref, RefOr, Response};

use crate::problem::MEDIA_TYPE;

/// The problems of every change of one booking. List it first: what an endpoint says itself about one
/// of these statuses then counts.
pub(super) struct OfAnyChange;

/// The problem of what only the organization may do.
pub(super) struct OfOrganizationOnly;

impl IntoResponses for OfAnyChange {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[
            (
                "400",
                "`malformed_json`, `malformed_body`, `invalid_idempotency_key`",
            ),
            ("401", "`unauthorized`, `invalid_token`"),
            ("404", "`booking_not_found`: missing, or not yours"),
            ("413", "`too_large`"),
            ("415", "`unsupported_media_type`"),
            ("422", "`invalid_body` with `fields`"),
        ])
    }
}

impl IntoResponses for OfOrganizationOnly {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[("403", "`forbidden`: a manage token does not do")])
    }
}

fn problems(described: &[(&str, &str)]) -> BTreeMap<String, RefOr<Response>> {
    let described = described.iter().map(|(status, about)| {
        let mut response = Response::new(*about);
        let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
        let content = Content::new(Some(schema));
        response
            .content
            .insert(MEDIA_TYPE.to_owned(), RefOr::T(content));
        ((*status).to_owned(), RefOr::T(response))
    });
    described.collect()
}
