//! What every CRM connector owes the engine: the same checks for each, then what only one of them can get wrong.
//!
//! `world` sets up a connector with the CRM behind it, `wire` says how one with an API is asked, `suite` holds the checks,
//! `one_way` those of a CRM that never answers, the other modules what only theirs can get wrong.

mod espo;
mod folder;
mod hubspot;
mod mail_drop;
mod one_way;
mod porters;
mod rest;
mod sample;
mod suite;
mod wire;
mod world;

/// Runs the first checks on every connector, the others where the CRM keeps the frozen bytes themselves: a CRM that makes
/// its own record of a mail neither has them nor lets them be exchanged.
macro_rules! contract {
    (every CRM { $($check:ident)* } whoever keeps the bytes { $($of_bytes:ident)* }) => {
        mod the_folder_connector {
            $(#[tokio::test] async fn $check() { super::suite::$check(super::world::Folder::start().await).await })*
            $(#[tokio::test] async fn $of_bytes() { super::suite::$of_bytes(super::world::Folder::start().await).await })*
        }
        mod the_rest_connector {
            $(#[tokio::test] async fn $check() { super::suite::$check(super::world::Rest::start().await).await })*
            $(#[tokio::test] async fn $of_bytes() { super::suite::$of_bytes(super::world::Rest::start().await).await })*
        }
        mod the_espo_connector {
            $(#[tokio::test] async fn $check() { super::suite::$check(super::espo::Espo::start().await).await })*
        }
        mod the_hubspot_connector {
            $(#[tokio::test] async fn $check() { super::suite::$check(super::hubspot::HubSpot::start().await).await })*
        }
    };
}

contract! {
    every CRM {
        a_check_tells_who_the_rep_is_and_changes_nothing
        a_crm_without_people_has_an_empty_page
        people_come_whole_and_then_only_when_something_changed
        a_person_who_is_gone_disappears
        a_long_list_comes_whole
        names_in_japanese_survive
        what_a_crm_is_not_said_to_do_is_refused
        a_contact_that_is_made_is_in_the_next_listing
        making_a_contact_twice_leaves_one
        a_contact_that_is_there_is_given_back
        a_mail_that_was_not_logged_is_not_found
        a_logged_mail_is_found
        logging_twice_leaves_one_mail
        mails_are_kept_apart
        a_mail_taken_back_is_gone
        taking_back_twice_is_harmless
        taking_back_what_was_never_logged_is_harmless
        a_mail_taken_back_can_be_logged_again
        attachments_arrive_byte_for_byte
        an_attachment_can_be_put_twice
        a_large_attachment_is_never_held_whole
        a_file_two_mails_share_outlives_one_of_them
        a_damaged_attachment_stays_here
        an_attachment_that_cannot_be_read_is_named
        a_crm_out_of_reach_says_nothing_about_what_is_logged
    }
    whoever keeps the bytes {
        the_bytes_that_arrive_are_the_frozen_bytes
        sharing_more_takes_the_place_of_sharing_less
        another_mail_under_the_same_key_is_a_conflict
    }
}

/// Runs the checks of what a CRM may answer on every connector that has one at the other end of a wire.
macro_rules! bad_input {
    ($($check:ident)*) => {
        mod bad_input_to_rest {
            $(#[tokio::test] async fn $check() { super::suite::bad_input::$check(super::world::Rest::start().await).await })*
        }
        mod bad_input_to_espo {
            $(#[tokio::test] async fn $check() { super::suite::bad_input::$check(super::espo::Espo::start().await).await })*
        }
        mod bad_input_to_hubspot {
            $(#[tokio::test] async fn $check() { super::suite::bad_input::$check(super::hubspot::HubSpot::start().await).await })*
        }
        mod bad_input_to_porters {
            $(#[tokio::test] async fn $check() { super::suite::bad_input::$check(super::porters::Hrbc::start().await).await })*
        }
    };
}

bad_input! {
    a_refusal_means_what_its_status_says
    a_wait_that_was_asked_for_is_told
    a_server_that_failed_may_have_done_it
    what_is_no_answer_is_none
    an_answer_is_never_read_without_end
    no_fault_tells_a_secret_or_a_mail
    a_redirect_is_not_followed
    whatever_happens_to_a_mail_it_is_there_once
    whatever_happens_to_its_file_the_mail_is_there_once
    a_time_out_before_or_after_the_write_leaves_one_mail
    a_look_up_that_goes_wrong_never_says_that_nothing_is_there
    a_list_that_goes_wrong_never_says_that_nobody_is_there
    a_mail_that_shows_late_is_not_sent_again
    a_revoked_key_asks_for_another
    odd_characters_are_no_reason_to_lose_a_mail
    a_body_of_a_megabyte_is_one_mail_or_too_large
    forty_files_arrive
    a_record_that_is_gone_is_told
    a_clock_that_is_wrong_does_not_double_a_mail
    everything_goes_through_the_proxy_and_a_proxy_that_refuses_is_named
    a_crm_on_this_computer_is_asked_beside_the_proxy
}

/// Runs the checks on a connector from which nothing comes back: those of everybody that ask nothing of the CRM, and its
/// own.
macro_rules! one_way {
    (of every CRM { $($check:ident)* } its own { $($own:ident)* }) => {
        mod the_mail_drop_connector {
            use super::mail_drop::MailDrop;
            $(#[tokio::test] async fn $check() { super::suite::$check(MailDrop::start([]).await).await })*
            $(#[tokio::test] async fn $own() { super::one_way::$own(MailDrop::start([]).await).await })*
        }
    };
}

one_way! {
    of every CRM {
        a_crm_without_people_has_an_empty_page
        people_come_whole_and_then_only_when_something_changed
        a_person_who_is_gone_disappears
        a_long_list_comes_whole
        names_in_japanese_survive
        a_contact_that_is_made_is_in_the_next_listing
        making_a_contact_twice_leaves_one
        a_contact_that_is_there_is_given_back
        attachments_arrive_byte_for_byte
        an_attachment_can_be_put_twice
    }
    its own {
        it_says_that_nothing_comes_back
        a_mail_is_told_once_each_time_it_is_logged
        a_file_that_is_not_the_chosen_one_stays_here_with_its_mail
        what_never_left_is_told_apart_from_what_may_have
    }
}

/// Runs the checks of the lists of people on every connector that reads them from files.
macro_rules! lists {
    ($($check:ident)*) => {
        mod lists_of_the_folder_connector {
            $(#[tokio::test] async fn $check() { super::suite::lists::$check(super::world::Folder::start().await).await })*
        }
        mod lists_of_the_mail_drop_connector {
            use super::mail_drop::MailDrop;
            $(#[tokio::test] async fn $check() { super::suite::lists::$check(MailDrop::start([]).await).await })*
        }
    };
}

lists! {
    a_list_is_read_however_it_is_written
    a_damaged_row_takes_nobody_else_away
    of_a_list_that_is_half_written_everybody_is_there_who_is_whole
    a_list_that_is_none_is_a_fault_that_names_it
    a_list_that_cannot_be_opened_is_a_fault_that_names_it
    cards_with_odd_names_of_their_own_are_all_read
    a_folder_that_goes_away_never_says_that_nobody_is_there
    no_fault_of_a_list_tells_of_the_people_in_it
}
