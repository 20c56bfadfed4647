"""Rights of this context."""

from enum import StrEnum


class Permission(StrEnum):
    VIEW = "guests.view_guest"
    CREATE = "guests.create_guest"
    UPDATE = "guests.update_guest"
    REVEAL = "guests.reveal"
    SET_VIP_LEVEL = "guests.set_vip_level"
    MANAGE_ORGANISATIONS = "guests.manage_organisations"
    # No post carries it: the system alone rotates keys.
    ROTATE_KEYS = "guests.rotate_keys"
    # What is asked of guests at a hotel, and warnings; a blacklist needs a second person.
    MANAGE_FIELDS = "guests.manage_fields"
    WARN = "guests.warn"
    APPROVE_BLACKLIST = "guests.approve_blacklist"
    # Joining two files of one person, and taking them apart again.
    MERGE = "guests.merge"
    IMPORT = "guests.import"
    # No post carries these: the system alone looks after what came late, and compares all files.
    FOLLOW = "guests.follow_merges"
    COMPARE = "guests.compare_files"
    # What the house learns about its guests.
    OBSERVE = "guests.observe"
    RECOGNISE = "guests.recognise"
    CONFIRM = "guests.confirm_preferences"
    KEEP_CHIPS = "guests.keep_chips"
    # No post carries it: the system alone ends what was for one stay, and notes what was done.
    LEARN = "guests.learn"
    # Privacy: what a guest agreed to and asked for, who looked, how long data stays.
    RECORD_CONSENT = "guests.record_consent"
    EDIT_CONSENT_TEXTS = "guests.edit_consent_texts"
    REVIEW_LOOKUPS = "guests.review_lookups"
    SET_RETENTION = "guests.set_retention"
    HOLD = "guests.hold"
    ASK_RIGHTS = "guests.ask_rights"
    DECIDE_RIGHTS = "guests.decide_rights"
    # No post carries it: the clock alone clears what is over its time.
    RUN_RETENTION = "guests.run_retention"
    # Relationship: how it stands, what binds it, who calls when.
    VIEW_RELATIONSHIP = "guests.view_relationship"
    ASSESS = "guests.assess"
    PLAN_CONTACTS = "guests.plan_contacts"
