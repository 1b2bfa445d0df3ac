//! What becomes of bookings.

/// What became of a booking.
pub(super) enum Fate {
    Booked,
    AlreadyThere,
    Refused { reason: String, message: String },
}
