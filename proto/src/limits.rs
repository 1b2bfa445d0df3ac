//! How much a request may have: said once, for the server, for clients that fill
//! their calls, and for the codec.

/// The largest request that is read. A batch of as many entries as may be fits.
pub const REQUEST_BYTES: usize = 16 * 1024 * 1024;
/// The entries of a batch.
pub const BATCH_ENTRIES: usize = 20_000;
/// The transfers of all entries of a batch.
pub const BATCH_TRANSFERS: usize = 100_000;
/// The accounts that a batch opens.
pub const BATCH_OPENINGS: usize = 20_000;
/// The entries that are read at once: even those of 100 legs fit the 4 MiB that
/// clients take.
pub const BATCH_GET_ENTRIES: usize = 100;
/// The legs of a settlement.
pub const SETTLEMENT_LEGS: usize = 100;
/// The members of a batch.
pub const BATCH_MEMBERS: usize = 10_000;
/// The visits of a sheet that are entered at once.
pub const BATCH_VISITS: usize = 1_000;
/// Trainings of a batch.
pub const BATCH_TRAININGS: usize = 1_000;
/// The relatives that a member names.
pub const RELATIVES: usize = 20;
/// The tags of an entry or a hold.
pub const TAGS: usize = 16;
/// The purposes of a pool.
pub const PURPOSES: usize = 10;
/// The members whom a step of a group names.
pub const GROUP_LIST: usize = 1_000;
