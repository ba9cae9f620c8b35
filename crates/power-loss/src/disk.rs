//! One file as a disk holds it: what was synced, and what was written since and may be lost.

/// Disks write this much at once or not at all.
const SECTOR: usize = 512;

/// The record of one file.
#[derive(Debug, Default)]
pub(crate) struct File {
    /// Contents that survive; `None` while not even its name does.
    synced: Option<Vec<u8>>,
    /// What came after, in order.
    pending: Vec<Change>,
}

#[derive(Debug)]
enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Resize(usize),
}

impl File {
    /// A file that has been there for long, or (`None`) is about to be made.
    pub(crate) fn found(contents: Option<Vec<u8>>) -> Self {
        Self {
            synced: contents,
            pending: Vec::new(),
        }
    }

    pub(crate) fn write(&mut self, at: usize, bytes: &[u8]) {
        let bytes = bytes.to_vec();
        self.pending.push(Change::Write { at, bytes });
    }

    pub(crate) fn resize(&mut self, length: usize) {
        self.pending.push(Change::Resize(length));
    }

    /// Everything so far is on disk, and so is the name: SQLite's unix layer syncs the folder with a
    /// new file's first sync.
    pub(crate) fn sync(&mut self) {
        let contents = self.synced.get_or_insert_default();
        for change in self.pending.drain(..) {
            change.apply(contents);
        }
    }

    /// The file was deleted. Until its folder is synced the name may come back, with old contents.
    pub(crate) fn delete(&mut self, is_folder_synced: bool) {
        if is_folder_synced {
            *self = Self::default();
        } else {
            self.resize(0);
        }
    }

    /// What is found after a power loss, if anything.
    pub(crate) fn after_loss(&self, fate: &mut Fate) -> Option<Vec<u8>> {
        if self.synced.is_none() && !fate.keeps() {
            return None;
        }
        let mut contents = self.synced.clone().unwrap_or_default();
        for change in &self.pending {
            match change {
                Change::Resize(_) if fate.keeps() => change.apply(&mut contents),
                Change::Resize(_) => {}
                Change::Write { at, bytes } => {
                    for (at, part) in sectors(*at, bytes) {
                        if fate.keeps() {
                            write(&mut contents, at, part);
                        }
                    }
                }
            }
        }
        Some(contents)
    }
}

impl Change {
    fn apply(&self, contents: &mut Vec<u8>) {
        match self {
            Self::Write { at, bytes } => write(contents, *at, bytes),
            Self::Resize(length) => contents.resize(*length, 0),
        }
    }
}

fn write(contents: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    if contents.len() < end {
        contents.resize(end, 0);
    }
    contents[at..end].copy_from_slice(bytes);
}

/// `bytes`, cut where the sectors of the disk end.
fn sectors(at: usize, mut bytes: &[u8]) -> Vec<(usize, &[u8])> {
    let mut parts = Vec::new();
    let mut begin = at;
    while !bytes.is_empty() {
        let room = SECTOR - begin % SECTOR;
        let (part, rest) = bytes.split_at(room.min(bytes.len()));
        parts.push((begin, part));
        begin += part.len();
        bytes = rest;
    }
    parts
}

/// Decides what becomes of each thing that was not synced.
pub(crate) enum Fate {
    /// The disk had not begun.
    LosesAll,
    /// The disk had just ended.
    KeepsAll,
    /// The disk wrote in an order of its own.
    Mixed(u64),
}

impl Fate {
    pub(crate) const fn new(seed: u64) -> Self {
        match seed % 4 {
            0 => Self::LosesAll,
            1 => Self::KeepsAll,
            _ => Self::Mixed(seed),
        }
    }

    fn keeps(&mut self) -> bool {
        match self {
            Self::LosesAll => false,
            Self::KeepsAll => true,
            // splitmix64.
            Self::Mixed(state) => {
                *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
                let z = (*state ^ (*state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                (z ^ (z >> 31)) & 1 == 1
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn old() -> File {
        File::found(Some(vec![1; 2 * SECTOR]))
    }

    #[test]
    fn what_was_synced_survives_and_the_rest_may_not() {
        let mut file = old();
        file.write(0, &[2; 10]);
        file.sync();
        file.write(0, &[3; 10]);
        let lost = file
            .after_loss(&mut Fate::LosesAll)
            .expect("its name is synced");
        assert_eq!(lost[..11], [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1]);
        let kept = file
            .after_loss(&mut Fate::KeepsAll)
            .expect("its name is synced");
        assert_eq!(kept[..11], [3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1]);
    }

    #[test]
    fn a_write_is_torn_between_sectors_and_nowhere_else() {
        let mut file = old();
        file.write(100, &[2; SECTOR]);
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..64 {
            let found = file
                .after_loss(&mut Fate::new(seed))
                .expect("its name is synced");
            let (first, second) = (found[100] == 2, found[SECTOR] == 2);
            assert!(found[100..SECTOR].iter().all(|&byte| (byte == 2) == first));
            assert!(
                found[SECTOR..SECTOR + 100]
                    .iter()
                    .all(|&byte| (byte == 2) == second)
            );
            assert!(found[SECTOR + 100..].iter().all(|&byte| byte == 1));
            seen.insert((first, second));
        }
        assert_eq!(seen.len(), 4, "both, neither, and each alone");
    }

    #[test]
    fn a_new_file_is_there_for_sure_only_after_its_first_sync() {
        let mut file = File::found(None);
        file.write(0, &[1]);
        assert_eq!(file.after_loss(&mut Fate::LosesAll), None);
        file.sync();
        assert_eq!(file.after_loss(&mut Fate::LosesAll), Some(vec![1]));
    }

    #[test]
    fn a_deleted_file_may_come_back_until_its_folder_is_synced() {
        let mut file = old();
        file.delete(false);
        assert_eq!(
            file.after_loss(&mut Fate::LosesAll),
            Some(vec![1; 2 * SECTOR])
        );
        file.delete(true);
        assert_eq!(file.after_loss(&mut Fate::LosesAll), None);
    }
}
