//! The codec of all services: prost's, but that a request of more parts than any that
//! is answered is refused before it is decoded. A part of two bytes on the wire takes
//! hundreds in memory, so that a limit of bytes alone is none.

use std::{any::TypeId, marker::PhantomData};

use prost::{
    DecodeError, Message,
    bytes::Buf,
    encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field},
};
use tonic::{
    Status,
    codec::{BufferSettings, Codec, DecodeBuf, Decoder},
};
use tonic_prost::{ProstDecoder, ProstEncoder};

use crate::limits;
use crate::v1::{
    BatchGetEntriesRequest, ChangeMemberRequest, OpenPoolRequest, PlaceHoldRequest,
    PostEntriesRequest, PostEntryRequest, RegisterMemberRequest, RegisterMembersRequest,
    RegisterStaffRequest, SettleHoldRequest, StepGroupRequest,
};

/// A repeated field of a request.
struct Repeated {
    /// Its number.
    field: u32,
    /// How many of it there may be in the whole request.
    max: usize,
    /// What one that is well-formed has at least, on the wire.
    least_bytes: usize,
    /// The repeated fields of each.
    within: &'static [Repeated],
}

/// How many more there may be, so that what is malformed or too much is mostly told
/// by the server itself.
const SPARE: usize = 100;

const fn repeated(
    field: u32,
    max: usize,
    least_bytes: usize,
    within: &'static [Repeated],
) -> Repeated {
    Repeated {
        field,
        max,
        least_bytes,
        within,
    }
}

const ENTRY: &[Repeated] = &[
    repeated(2, limits::BATCH_TRANSFERS, 12, &[]),
    repeated(5, limits::BATCH_ENTRIES * limits::TAGS, 8, &[]),
];
const POST_ENTRY: &[Repeated] = &[repeated(1, 1, 40, ENTRY)];
const POST_ENTRIES: &[Repeated] = &[
    repeated(1, limits::BATCH_ENTRIES, 40, ENTRY),
    repeated(4, limits::BATCH_OPENINGS, 8, &[]),
];
const BATCH_GET_ENTRIES: &[Repeated] = &[repeated(1, limits::BATCH_GET_ENTRIES, 38, &[])];
const PLACE_HOLD: &[Repeated] = &[repeated(8, limits::TAGS, 8, &[])];
const REGISTER_MEMBER: &[Repeated] =
    &[repeated(2, 1, 1, &[repeated(4, limits::RELATIVES, 5, &[])])];
const REGISTER_MEMBERS: &[Repeated] = &[repeated(
    1,
    limits::BATCH_MEMBERS,
    7,
    &[repeated(
        2,
        limits::BATCH_MEMBERS,
        1,
        &[repeated(
            4,
            limits::BATCH_MEMBERS * limits::RELATIVES,
            5,
            &[],
        )],
    )],
)];
const CHANGE_MEMBER: &[Repeated] = &[repeated(4, 1, 1, &[repeated(4, limits::RELATIVES, 5, &[])])];
const REGISTER_STAFF: &[Repeated] = &[repeated(4, limits::RELATIVES, 5, &[])];
const SETTLE_HOLD: &[Repeated] = &[repeated(4, limits::SETTLEMENT_LEGS, 9, &[])];

const MEMBER_LIST: &[Repeated] = &[repeated(1, limits::GROUP_LIST, 7, &[])];
/// One of its lists, whichever is given.
const STEP_GROUP: &[Repeated] = &[repeated(
    3,
    1,
    2,
    &[
        repeated(1, 1, 2, MEMBER_LIST),
        repeated(2, 1, 2, MEMBER_LIST),
        repeated(3, 1, 2, MEMBER_LIST),
    ],
)];

const OPEN_POOL: &[Repeated] = &[repeated(4, limits::PURPOSES, 3, &[])];

fn repeated_in<T: 'static>() -> &'static [Repeated] {
    let of = TypeId::of::<T>();
    let requests = [
        (TypeId::of::<PostEntryRequest>(), POST_ENTRY),
        (TypeId::of::<PostEntriesRequest>(), POST_ENTRIES),
        (TypeId::of::<BatchGetEntriesRequest>(), BATCH_GET_ENTRIES),
        (TypeId::of::<PlaceHoldRequest>(), PLACE_HOLD),
        (TypeId::of::<SettleHoldRequest>(), SETTLE_HOLD),
        (TypeId::of::<RegisterMemberRequest>(), REGISTER_MEMBER),
        (TypeId::of::<RegisterMembersRequest>(), REGISTER_MEMBERS),
        (TypeId::of::<ChangeMemberRequest>(), CHANGE_MEMBER),
        (TypeId::of::<RegisterStaffRequest>(), REGISTER_STAFF),
        (TypeId::of::<OpenPoolRequest>(), OPEN_POOL),
        (TypeId::of::<StepGroupRequest>(), STEP_GROUP),
    ];
    let found = requests.iter().find(|(request, _)| *request == of);
    found.map_or(&[], |(_, fields)| fields)
}

/// How many there are of a repeated field so far.
struct Counted {
    of: &'static Repeated,
    count: usize,
    within: Vec<Counted>,
}

impl Counted {
    fn all(fields: &'static [Repeated]) -> Vec<Self> {
        let counted = fields.iter().map(|of| Self {
            of,
            count: 0,
            within: Self::all(of.within),
        });
        counted.collect()
    }

    /// The most that a message of so many bytes may have.
    fn most(&self, whole_bytes: usize) -> usize {
        self.of.max.min(whole_bytes / self.of.least_bytes) + SPARE
    }
}

enum Refused {
    /// As far as it can be read: what comes after is not decoded either.
    Malformed,
    TooMany {
        most: usize,
    },
}

impl From<DecodeError> for Refused {
    fn from(_: DecodeError) -> Self {
        Self::Malformed
    }
}

/// Counts the repeated fields of a message, and of those within it.
fn count(mut bytes: &[u8], fields: &mut [Counted], whole_bytes: usize) -> Result<(), Refused> {
    while bytes.has_remaining() {
        let (number, wire_type) = decode_key(&mut bytes)?;
        let field = fields.iter_mut().find(|field| field.of.field == number);
        let Some(field) = field.filter(|_| wire_type == WireType::LengthDelimited) else {
            skip_field(wire_type, number, &mut bytes, DecodeContext::default())?;
            continue;
        };
        field.count += 1;
        let most = field.most(whole_bytes);
        if field.count > most {
            return Err(Refused::TooMany { most });
        }
        let length = usize::try_from(decode_varint(&mut bytes)?).unwrap_or(usize::MAX);
        let (part, rest) = bytes.split_at_checked(length).ok_or(Refused::Malformed)?;
        // A text is no message, and would end the counting as a malformed one.
        if !field.within.is_empty() {
            count(part, &mut field.within, whole_bytes)?;
        }
        bytes = rest;
    }
    Ok(())
}

/// See the module.
#[derive(Debug)]
pub(crate) struct BoundedCodec<T, U>(PhantomData<(T, U)>);

impl<T, U> Default for BoundedCodec<T, U> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T, U> Codec for BoundedCodec<T, U>
where
    T: Message + Send + 'static,
    U: Message + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = ProstEncoder<T>;
    type Decoder = BoundedDecoder<U>;

    fn encoder(&mut self) -> Self::Encoder {
        ProstEncoder::default()
    }

    fn decoder(&mut self) -> Self::Decoder {
        BoundedDecoder(ProstDecoder::default())
    }
}

/// Decodes what has no more parts than it may.
#[derive(Debug)]
pub(crate) struct BoundedDecoder<U>(ProstDecoder<U>);

impl<U: Message + Default + 'static> Decoder for BoundedDecoder<U> {
    type Item = U;
    type Error = Status;

    fn decode(&mut self, buf: &mut DecodeBuf<'_>) -> Result<Option<U>, Status> {
        let fields = repeated_in::<U>();
        if !fields.is_empty() {
            // The whole message: what is decoded lies in one piece.
            let bytes = buf.chunk();
            if let Err(Refused::TooMany { most }) =
                count(bytes, &mut Counted::all(fields), bytes.len())
            {
                return Err(Status::out_of_range(format!(
                    "a message of {} bytes has more than {most} of a repeated field: more than any \
                     request that is answered",
                    bytes.len()
                )));
            }
        }
        self.0.decode(buf)
    }

    fn buffer_settings(&self) -> BufferSettings {
        self.0.buffer_settings()
    }
}
