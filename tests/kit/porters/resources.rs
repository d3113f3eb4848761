//! The resources and their fields, as far as a mail logger meets them.

/// What a field holds ("Field Type & Data Type List").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `System[Id]`.
    Id,
    /// `SinglelineText`, `Telephone` and `Mail`.
    Line,
    /// `MultilineText`.
    Text,
    Number,
    /// `DateTime`: `yyyy/mm/dd HH:MM:SS`, UTC.
    DateTime,
    /// `System[DateTime]`: the same, set by the CRM alone.
    Stamp,
    /// Read nested, written as a number.
    User,
    /// A record of the resource with this `value`; read nested, written as a number.
    Reference(u32),
    /// A record of the resource that `P_Resource` names.
    Upper,
    /// `P_Deleted`: only in `field`, never in a condition ("Activity - Field List").
    Deleted,
}

/// A resource: endpoint, name of the root element, prefix of its aliases, number ("Resource List").
#[derive(Debug)]
pub struct Resource {
    pub path: &'static str,
    pub name: &'static str,
    pub prefix: &'static str,
    pub value: u32,
    pub fields: &'static [(&'static str, Kind)],
    /// What reading takes: its own right, and those of what it refers to ("Resource List", notes).
    pub read: &'static [&'static str],
    /// What writing takes, if anything here writes it.
    pub write: Option<&'static str>,
}

const PERSON: &[(&str, Kind)] = &[
    ("P_Id", Kind::Id),
    ("P_Owner", Kind::User),
    ("P_UpdateDate", Kind::Stamp),
    ("P_Name", Kind::Line),
    ("P_Mail", Kind::Line),
    ("P_MobileMail", Kind::Line),
    ("P_Deleted", Kind::Deleted),
];

const CLIENTS_PERSON: &[(&str, Kind)] = &[
    ("P_Id", Kind::Id),
    ("P_Owner", Kind::User),
    ("P_Client", Kind::Reference(5)),
    ("P_UpdateDate", Kind::Stamp),
    ("P_Name", Kind::Line),
    ("P_Mail", Kind::Line),
    ("P_MobileMail", Kind::Line),
    ("P_Deleted", Kind::Deleted),
];

/// A client has no mail field (CRM facts: only people have one).
const CLIENT: &[(&str, Kind)] = &[
    ("P_Id", Kind::Id),
    ("P_Owner", Kind::User),
    ("P_UpdateDate", Kind::Stamp),
    ("P_Name", Kind::Line),
    ("P_Deleted", Kind::Deleted),
];

/// "Job - Field List", as far as a job is named and belongs to somebody.
const JOB: &[(&str, Kind)] = &[
    ("P_Id", Kind::Id),
    ("P_Owner", Kind::User),
    ("P_Client", Kind::Reference(5)),
    ("P_UpdateDate", Kind::Stamp),
    ("P_Position", Kind::Line),
    ("P_Deleted", Kind::Deleted),
];

/// The field that a customer may have made for the keys of mails ("Activity.U_[Name]").
pub const OWN_FIELD: &str = "U_MailKey";

/// "Activity - Field List".
const ACTIVITY: &[(&str, Kind)] = &[
    ("P_Id", Kind::Id),
    ("P_Owner", Kind::User),
    ("P_Title", Kind::Line),
    ("P_UpdateDate", Kind::Stamp),
    ("P_Resource", Kind::Number),
    ("P_ResourceId", Kind::Upper),
    ("P_FromDate", Kind::DateTime),
    ("P_ToDate", Kind::DateTime),
    ("P_Memo", Kind::Text),
    (OWN_FIELD, Kind::Line),
    ("P_Deleted", Kind::Deleted),
];

pub static RESOURCES: [Resource; 6] = [
    Resource {
        path: "candidate",
        name: "Candidate",
        // The one whose prefix is not its name.
        prefix: "Person",
        value: 1,
        fields: PERSON,
        read: &["candidate_r", "user_r", "option_r"],
        write: None,
    },
    Resource {
        path: "client",
        name: "Client",
        prefix: "Client",
        value: 5,
        fields: CLIENT,
        read: &["client_r", "user_r", "option_r"],
        write: None,
    },
    Resource {
        path: "job",
        name: "Job",
        prefix: "Job",
        value: 3,
        fields: JOB,
        read: &["job_r", "client_r", "recruiter_r", "user_r", "option_r"],
        write: None,
    },
    Resource {
        path: "recruiter",
        name: "Recruiter",
        prefix: "Recruiter",
        value: 9,
        fields: CLIENTS_PERSON,
        read: &["recruiter_r", "client_r", "user_r", "option_r"],
        write: None,
    },
    Resource {
        path: "activity",
        name: "Activity",
        prefix: "Activity",
        value: 19,
        fields: ACTIVITY,
        read: &[
            "activity_r",
            "candidate_r",
            "client_r",
            "recruiter_r",
            "job_r",
            "resume_r",
            "process_r",
            "sales_r",
            "user_r",
            "option_r",
        ],
        write: Some("activity_w"),
    },
    Resource {
        path: "contact",
        name: "Contact",
        prefix: "Contact",
        value: 27,
        fields: CLIENTS_PERSON,
        read: &["contact_r", "client_r", "user_r", "option_r"],
        write: None,
    },
];

impl Kind {
    /// The number of the type of a field ("Field Type & Data Type List"), as far as it is a text.
    pub fn field_type(self) -> Option<u32> {
        match self {
            Self::Line => Some(1),
            Self::Text => Some(2),
            Self::Number => Some(3),
            _ => None,
        }
    }
}

impl Resource {
    pub fn at(path: &str) -> Option<&'static Self> {
        RESOURCES.iter().find(|resource| resource.path == path)
    }

    pub fn numbered(value: u32) -> Option<&'static Self> {
        RESOURCES.iter().find(|resource| resource.value == value)
    }

    /// The field that a whole alias names, as `Person.P_Mail`.
    pub fn field(&self, alias: &str) -> Option<(&'static str, Kind)> {
        let bare = alias.strip_prefix(self.prefix)?.strip_prefix('.')?;
        self.fields.iter().find(|(name, _)| *name == bare).copied()
    }
}
