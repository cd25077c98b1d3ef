package scim

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestDocument lists what remains of a body.
func TestDocument(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		of         *Type
		body, want string
	}{
		"Entra creates a user": {
			Users(),
			`{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "externalId": "e1", "userName": "a@example.test",
				"active": "True", "emails": [{"primary": true, "type": "work", "value": "a@example.test"}],
				"meta": {"resourceType": "User"}, "name": {"familyName": "A", "givenName": null}, "roles": [], "title": ""}`,
			`{"active":true,"emails":[{"primary":true,"type":"work","value":"a@example.test"}],"externalId":"e1",` +
				`"name":{"familyName":"A"},"userName":"a@example.test"}`,
		},
		"Okta creates a user with a password": {
			Users(),
			`{"userName": "a", "password": "secret", "groups": [{"value": "g"}], "id": "mine", "locale": "en_US"}`,
			`{"locale":"en_US","userName":"a"}`,
		},
		"OneLogin sends one address as an object": {
			Users(),
			`{"userName": "a", "emails": {"value": "a@example.test"}, "phoneNumbers": "123"}`,
			`{"emails":[{"value":"a@example.test"}],"phoneNumbers":[{"value":"123"}],"userName":"a"}`,
		},
		"two primary addresses": {
			Users(),
			`{"userName": "a", "emails": [{"value": "x", "primary": true}, {"value": "y", "primary": "true"}]}`,
			`{"emails":[{"primary":true,"value":"x"},{"primary":false,"value":"y"}],"userName":"a"}`,
		},
		"numbers are text": {
			Users(),
			`{"userName": 12, "externalId": 12345678901234567890,
				"urn:ietf:params:scim:schemas:extension:enterprise:2.0:user": {"EMPLOYEENUMBER": 7, "bogus": 1}}`,
			`{"externalId":"12345678901234567890",` +
				`"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"7"},"userName":"12"}`,
		},
		"an unknown extension is kept as it came": {
			Users(),
			`{"userName": "a", "urn:acme:1.0:Badge": {"n": 12345678901234567890, "x": null, "l": [], "b": true}}`,
			`{"urn:acme:1.0:Badge":{"b":true,"l":[],"n":12345678901234567890,"x":null},"userName":"a"}`,
		},
		"a group": {
			Groups(),
			`{"schemas": ["http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
				"displayName": "Ops", "externalId": "x", "members": [{"value": "a"}]}`,
			`{"displayName":"Ops","externalId":"x"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := encode(t, document(t, test.of, test.body)); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestDocumentRefuses(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{}`:                                 `400 invalidValue: userName is required.`,
		`{"userName": ""}`:                   `userName is required`,
		`{"userName": {"a": 1}}`:             `userName: a string is expected.`,
		`{"userName": "a", "active": 1}`:     `active: true or false is expected.`,
		`{"userName": "a", "name": "A"}`:     ``,
		`{"userName": "a", "name": true}`:    `name: an object is expected.`,
		`{"userName": "a", "emails": [[1]]}`: `emails: an object is expected.`,
		`{"userName": "a", "emails": [{"value": ["x", "y"]}]}`:                                 ``,
		`{"userName": "a", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": "x"}`: `an object is expected`,
	} {
		_, err := Users().Document(read(t, body))
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", body, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want %s", body, err, want)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		``,
		`[]`,
		`"x"`,
		`null`,
		`{`,
		`{"a": 1} x`,
		`{"a": 1}{"b": 2}`,
		`{"a": NaN}`,
		`{"a": 01}`,
		`{'a': 1}`,
		`{"a": 1, "a": 2}`,
		`{"active": true, "Active": false}`,
		"{\"a\": \"\xff\"}",
		strings.Repeat(`{"a":`, 34) + `1` + strings.Repeat(`}`, 34),
		strings.Repeat(`[`, 100000),
	} {
		if got, err := Read([]byte(body)); err == nil || !strings.Contains(err.Error(), "400 invalidSyntax") {
			t.Errorf("%.40q was read as %v, %v", body, got, err)
		}
	}
	if _, err := Read([]byte("\ufeff" + `{"a": 1}`)); err != nil {
		t.Errorf("a byte order mark in front: %v", err)
	}
}

func TestParseQuery(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]Query{
		``:                                   {Start: 1, Count: defaultCount},
		`startIndex=0&count=0`:               {Start: 1},
		`startIndex=-5&count=-1`:             {Start: 1},
		`startIndex=101&count=100000000000`:  {Start: 101, Count: maxCount},
		`startIndex=99999999999999999999999`: {Start: 1<<31 - 1, Count: defaultCount},
		`cursor=&count=10`:                   {Start: 1, Count: 10, ByCursor: true},
		`cursor=abc&aadOptscim062020&sortBy=userName`: {
			Start:    1,
			Count:    defaultCount,
			ByCursor: true,
			Cursor:   "abc",
		},
		`filter=userName+eq+"a%2Bb%40x"`: {
			Start:      1,
			Count:      defaultCount,
			FilterText: `userName eq "a+b@x"`,
		},
		`filter=USERNAME+eq+"a"`: {
			Start:      1,
			Count:      defaultCount,
			FilterText: `userName eq "a"`,
		},
	} {
		params, err := url.ParseQuery(raw)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Users().ParseQuery(params)
		if err != nil {
			t.Errorf("%s: %v", raw, err)
			continue
		}
		if (got.Filter != nil) != (want.FilterText != "") ||
			got.FilterText != want.FilterText ||
			got.Start != want.Start || got.Count != want.Count ||
			got.ByCursor != want.ByCursor || got.Cursor != want.Cursor {
			t.Errorf("%s was read as %+v, want %+v", raw, got, want)
		}
	}
	for raw, want := range map[string]string{
		`startIndex=x`:                             `invalidValue`,
		`count=x`:                                  `invalidCount`,
		`filter=userName`:                          `invalidFilter: The filter is not understood at character 9`,
		`filter=password+eq+"x"`:                   `invalidFilter: Attribute "password" cannot be filtered`,
		`filter=emails[nope+eq+"x"]`:               `invalidFilter: Attribute "nope"`,
		`attributes=userName&excludedAttributes=x`: `exclude each other`,
	} {
		params, err := url.ParseQuery(raw)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Users().ParseQuery(params); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", raw, err, want)
		}
	}
}

func TestParams(t *testing.T) {
	t.Parallel()
	got, err := Params(read(t, `{"FILTER": "userName pr", "attributes": ["a", "b"], "count": 5, "startIndex": null}`))
	if want := "attributes=a%2Cb&count=5&filter=userName+pr"; err != nil || got.Encode() != want {
		t.Errorf("got %s, %v, want %s", got.Encode(), err, want)
	}
	if _, err := Params(read(t, `{"filter": {}}`)); err == nil {
		t.Error("an object was accepted as a filter")
	}
}

func TestRender(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 6_000_000, time.UTC)
	resource := Resource{
		ID:       "u1",
		Document: document(t, Users(), jensen),
		Members:  []Member{{ID: "g1", Display: "Ops"}},
		Created:  at,
		Modified: at.Add(time.Hour),
		Version:  `W/"7"`,
	}
	const (
		head = `"id":"u1",`
		tail = `"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:acme:2.0:Badge",` +
			`"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]`
		base = "https://sso.test/scim/v2/connections/c"
	)
	for params, want := range map[[2]string]string{
		{"userName", ""}: `{` + head + tail + `,"userName":"bjensen"}`,
		{
			"NAME.givenName, emails.type,nope", "",
		}: `{"emails":[{"type":"work"},{"type":"home"}],` +
			head +
			`"name":{"givenName":"Barbara"},` + tail + `}`,
		{"meta,groups", ""}: `{"groups":[{"$ref":"` + base +
			`/Groups/g1","display":"Ops","value":"g1"}],` + head +
			`"meta":{"created":"2026-01-02T03:04:05.006Z","lastModified":"2026-01-02T04:04:05.006Z",` +
			`"location":"` + base + `/Users/u1","resourceType":"User","version":"W/\"7\""},` + tail + `}`,
		{EnterpriseURN + ":department", ""}: `{` + head + tail +
			`,"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Sales"}}`,
		{
			"",
			"id,schemas,meta,name,emails.value,groups,active,displayName,title,urn:acme:2.0:Badge," + EnterpriseURN,
		}: `{"emails":[{"primary":true,"type":"work"},{"type":"home"}],` +
			head + tail + `,"userName":"bjensen"}`,
	} {
		selection, err := Users().ParseSelection(params[0], params[1])
		if err != nil {
			t.Fatal(err)
		}
		if got := encode(t, Users().Render(base, resource, selection)); got != want {
			t.Errorf("%v\ngot  %s\nwant %s", params, got, want)
		}
	}
	if got := encode(t, resource.Document); got != encode(t, document(t, Users(), jensen)) {
		t.Errorf("rendering changed the document: %s", got)
	}
}

func TestSelectionShows(t *testing.T) {
	t.Parallel()
	for params, want := range map[[2]string]bool{
		{"", ""}:                true,
		{"displayName", ""}:     false,
		{"members", ""}:         true,
		{"members.value", ""}:   true,
		{"", "MEMBERS"}:         false,
		{"", "members.display"}: true,
		{"", "displayName"}:     true,
	} {
		selection, err := Groups().ParseSelection(params[0], params[1])
		if err != nil {
			t.Fatal(err)
		}
		if got := selection.Shows("members"); got != want {
			t.Errorf("%v shows members: %v, want %v", params, got, want)
		}
	}
}

func TestUserOf(t *testing.T) {
	t.Parallel()
	u := UserOf(document(t, Users(), jensen))
	if u.UserName != "bjensen" ||
		u.Name() != "Babs" ||
		!u.Active ||
		u.Email() != "b@example.test" {
		t.Errorf("read as %+v", u)
	}
	u = UserOf(document(t, Users(), `{"userName": "x", "active": "false", "name": {"givenName": "A", "familyName": "B"},
		"emails": [{"value": "h", "type": "home"}, {"value": "w", "type": "work"}]}`))
	if u.Name() != "A B" || u.Active || u.Email() != "w" {
		t.Errorf("read as %+v", u)
	}
}
