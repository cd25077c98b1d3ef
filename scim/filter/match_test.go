package filter

import (
	"encoding/json"
	"strings"
	"testing"
)

// kinds types the attributes of the test's resources as RFC 7643 does.
func kinds(p Path) Kind {
	switch strings.ToLower(p.String()) {
	case "id", "externalid", "members.value":
		return Exact
	case "active", "emails.primary":
		return Boolean
	case "meta.created":
		return Moment
	case "age":
		return Number
	case "emails", "name", "meta", "members":
		return Complex
	default:
		return Text
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	const resource = `{
		"id": "Ab1", "userName": "Bjensen", "active": true, "age": 41, "nickName": null, "title": "",
		"name": {"familyName": "Jensen", "givenName": ""},
		"emails": [
			{"type": "work", "value": "b@example.test", "primary": true},
			{"type": "home", "value": "babs@home.test"}
		],
		"members": [{"value": "u1"}, {"value": "u2"}],
		"tags": ["red", "Blue"],
		"displayName": "Zürich STRASSE",
		"meta": {"created": "2026-01-02T03:04:05.006Z"},
		"urn:x:2.0:User": {"department": "Sales", "manager": {"value": "m1"}}
	}`
	var in map[string]any
	if err := json.Unmarshal([]byte(resource), &in); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		`userName eq "bJENSEN"`:            true,
		`USERNAME eq "bjensen"`:            true,
		`userName ne "bjensen"`:            false,
		`userName ne "x"`:                  true,
		`missing ne "x"`:                   true,
		`id eq "ab1"`:                      false,
		`id eq "Ab1"`:                      true,
		`active eq true`:                   true,
		`active eq "True"`:                 true,
		`active eq "yes"`:                  false,
		`active gt false`:                  false,
		`age gt 40`:                        true,
		`age le 40`:                        false,
		`age eq "41"`:                      false,
		`title pr`:                         false,
		`nickName pr`:                      false,
		`nickName eq null`:                 true,
		`userName eq null`:                 false,
		`name pr`:                          true,
		`name.givenName pr`:                false,
		`name.familyName sw "jen"`:         true,
		`name.familyName ew "SEN"`:         true,
		`name.familyName co "x"`:           false,
		`emails eq "b@EXAMPLE.test"`:       true,
		`emails.value eq "babs@home.test"`: true,
		`emails.type eq "work" and emails.value sw "babs"`:      true,
		`emails[type eq "work" and value sw "babs"]`:            false,
		`emails[type eq "home"].value sw "babs"`:                true,
		`emails[primary eq "True"].value eq "b@example.test"`:   true,
		`emails[not (type eq "work")]`:                          true,
		`members eq "u2"`:                                       true,
		`members.value eq "U2"`:                                 false,
		`members[value eq "u3"]`:                                false,
		`tags eq "BLUE"`:                                        true,
		`tags[value eq "red"]`:                                  true,
		`displayName eq "ZU\u0308RICH strasse"`:                 true,
		`displayName eq "zürich straße"`:                        true,
		`meta.created gt "2026-01-02T04:04:05+02:00"`:           true,
		`meta.created eq "2026-01-02T03:04:05.0060Z"`:           true,
		`meta.created gt "yesterday"`:                           false,
		`urn:x:2.0:User:department eq "sales"`:                  true,
		`URN:X:2.0:user:manager.value eq "m1"`:                  true,
		`urn:y:2.0:User:department eq "sales"`:                  false,
		`userName eq "x" or active eq true and id eq "Ab1"`:     true,
		`(userName eq "x" or active eq true) and id eq "other"`: false,
		`not (userName eq "x")`:                                 true,
	} {
		e, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := Match(e, in, kinds); got != want {
			t.Errorf("%s is %v, want %v", text, got, want)
		}
	}
}
