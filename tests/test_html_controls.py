"""What the controls of a page of HTML hold is read behind their labels, but for what is hidden."""

import pytest

from index.load.html import extract_page


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (
            '<form><label>Name <input value="Anna Holm"></label><label for=c>City:</label> '
            '<input id=c value="Oban"></form><p>After.</p>',
            "Name: Anna Holm\nCity: Oban\n\nAfter.",
        ),
        (
            "<div><label for=a>First name</label></div><div><input id=a value=Ida></div>"
            "<div><label for=b>Notes</label><textarea id=b>\nOne line\n  and another</textarea></div>",
            "First name: Ida\n\nNotes: One line\n  and another",
        ),
        (
            "<table><tr><td><label for=a>Name</label></td><td><input id=a value=Ida></td></tr>"
            "<tr><td>Age</td><td><input value=41></td></tr></table>",
            "Name | Ida\nAge | 41",
        ),
        (
            "<label for=s>Size</label> <select id=s><option>Small<option selected>Large</select>"
            '<select><option value="">Choose…<option>Red</select>'
            '<select multiple aria-label="Days"><option selected>Mon<option selected>Tue<option>Wed</select>',
            "Size: Large\nDays: Mon, Tue",
        ),
        ("<label>Colour <select><option>Red<option>Blue</select></label>", "Colour: Red"),
        (
            "<p><input type=checkbox id=m checked><label for=m>Milk</label> "
            "<label><input type=checkbox> Eggs</label> <input type=checkbox checked> "
            "<label><input type=RADIO checked> By post</label></p>",
            "☒ Milk ☐ Eggs ☒ By post",
        ),
        ("<p>I agree to pay <input type=number value=50> euros.</p>", "I agree to pay 50 euros."),
        (
            "<div><input id=e type=email value=a@b.org><label for=e>E-mail</label></div>"
            '<input aria-label="Search" value="seals">',
            "E-mail: a@b.org\n\nSearch: seals",
        ),
        (
            "<label><span>Post</span> <span>code</span><span><input value=PA34></span></label>",
            "Post code: PA34",
        ),
    ],
)
def test_what_controls_hold_stands_behind_their_labels(html: str, text: str) -> None:
    assert extract_page(html).text == text


@pytest.mark.parametrize(
    "control",
    [
        *(
            f"<input type={kind} value=secret>"
            for kind in ("hidden", "password", "PASSWORD", "file", "image")
        ),
        *("<input type=submit value=secret>", "<input type=reset value=secret>"),
        *("<div hidden><input value=secret></div>", '<input style="display:none" value=secret>'),
        *("<template><input value=secret></template>", "<input placeholder=secret>"),
        *("<select hidden><option>secret</select>", "<select multiple><option>secret</select>"),
        "<datalist><option value=secret>secret</datalist>",
        '<input type=checkbox role=button checked><input type=checkbox aria-label="Menu">',
    ],
)
def test_passwords_hidden_fields_buttons_and_what_is_only_offered_are_not_read(control: str) -> None:
    assert extract_page(f"<p>Sign in</p><label>Key {control}</label><p>Done</p>").text in {
        "Sign in\n\nKey\n\nDone",
    }


def test_a_label_of_any_depth_is_read() -> None:
    deep = "<span>" * 5000 + "Name" + "</span>" * 5000
    assert extract_page(f"<label>{deep}<input value=Ida></label>").text == "Name: Ida"
