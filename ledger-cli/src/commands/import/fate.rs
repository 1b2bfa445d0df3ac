//! What becomes of bookings and of the accounts that they need.

use timebank::ledger::AccountId;

/// What became of a booking.
pub(super) enum Fate {
    Booked,
    AlreadyThere,
    Refused { reason: String, message: String },
}

/// An account that could not be opened.
pub(super) struct NotOpened {
    pub(super) account: AccountId,
    pub(super) reason: String,
    pub(super) message: String,
}
