//! The time bank's rules on top of the ledger, pure: who takes part, and by which
//! rules.
//!
//! [`rules::decide`] says what a [`Command`] does to the [`Objects`]: a
//! [plan](rules::Plan), which is a [`Fact`] and what the ledger has to carry out with
//! it, or a replay, or a [`Rejection`]. [`Objects::fold`] folds facts in.
//!
//! All objects are kept alike: by an [`ObjectId`], as their state, and under the
//! [keys](Object::listings) by which they are listed. A new kind of object or list
//! needs no table.

mod adopted;
mod centre;
mod command;
pub mod conversion;
mod day;
mod difference;
mod digest;
mod exit;
mod fact;
mod fold;
pub mod group;
mod id;
mod identity;
pub mod issuance;
mod list;
mod mandate;
mod member;
mod object;
mod objects;
pub mod order;
mod order_fact;
mod order_figures;
mod order_fold;
mod order_rejection;
pub mod oversight;
pub mod partner;
mod period;
mod personal;
mod place;
pub mod policy;
pub mod pool;
mod rejection;
mod rejection_figures;
pub mod rules;
mod staff;
mod standing_fold;
pub mod stock;
pub mod supply;
mod text;
pub mod token;
pub mod training;
mod wants;

pub use adopted::{AdoptedPolicy, PolicyDocument, PolicyId, PolicyStarts, PolicyVersion};
pub use centre::{Centre, CentreTerms};
pub use command::{
    AdoptPolicy, ChangeMember, ClearMember, Command, EraseMember, MemberChange, MoveMember,
    QualifyMember, RegisterMember, SetMemberState, SetStaffState, StaffChange,
};
pub use conversion::{ConversionRejection, Convert, Converted};
pub use day::Day;
pub use digest::Sha256;
pub use exit::{ApproveExit, Exit, ExitCause, ExitMember, Settlement};
pub use fact::{
    Admission, ErasureStep, ExitApproved, Fact, MemberChanged, MemberCleared, MemberExited,
    MemberMoved, MemberRegistered, PolicyAdopted,
};
pub use group::{GroupCommand, GroupFact, GroupId, GroupRejection};
pub use id::{Branch, StaffNumber, StepId};
pub use identity::{Identity, IdentityKey};
pub use issuance::{Days, IssuanceCommand, IssuanceFact, IssuanceRejection};
pub use list::List;
pub use mandate::{Mandate, MandateId, SetMandate};
pub use member::{
    Code, Erasure, Holder, MAX_RELATIVES, Member, MemberDetails, MemberId, MemberState,
    Qualification, Registered,
};
pub use object::{Listing, Object, ObjectId, ObjectKind};
pub use objects::{Changed, Objects, Savepoint, Standing, Taken};
pub use order::{
    AcceptNeed, AriseVisit, CloseIncident, Doer, Incident, IncidentId, IncidentState, MemberWeek,
    Need, NeedId, NeedState, NeedStep, Order, OrderId, OrderState, OrderStep, PublishNeed,
    RecordVisit, ReportIncident, StandingId, StandingState, StandingStep, StandingVisit, WeekId,
};
pub use order_fact::{
    Arisen, IncidentClosed, IncidentReported, NeedMoved, NeedPublished, NeedStepped, OrderAccepted,
    OrderStepped, StandingStepped, VisitArose, VisitRecorded,
};
pub use order_rejection::OrderRejection;
pub use oversight::{
    Evaluation, Look, LookId, OversightCommand, OversightFact, OversightRejection, PersonalField,
};
pub use partner::{PartnerCommand, PartnerFact, PartnerRejection};
pub use period::{
    ClosePeriod, Month, Period, PeriodClosed, PeriodCommand, PeriodFact, PeriodId, PeriodRejection,
    PeriodSigned, Seal, SealPeriod, SignOff, SignOffPeriod,
};
pub use personal::{
    Attested, Commitments, FIELD_COUNT, Personal, PersonalFields, PersonalPart, PersonalText,
    Secret, Verdicts,
};
pub use place::Place;
pub use pool::{PoolCommand, PoolFact, PoolRejection};
pub use rejection::Rejection;
pub use staff::{Staff, StaffState, StaffTerms};
pub use stock::{StockCommand, StockFact, StockRejection};
pub use supply::{
    Hours, OfferSupply, Supply, SupplyId, SupplyOffered, SupplyWithdrawn, TimeOfDay, Weekday,
    Weekdays, WithdrawSupply,
};
pub use text::Name;
pub use token::{TokenCommand, TokenFact, TokenRejection};
pub use training::{TrainingCommand, TrainingFact, TrainingRejection};
pub use wants::{NotLoaded, Wants};
