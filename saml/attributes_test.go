package saml

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
)

// TestScalarValuesAreNoNames: a value of a scalar type is a text to who reads an
// attribute as one, but is kept apart where names of groups are read.
func TestScalarValuesAreNoNames(t *testing.T) {
	t.Parallel()
	const spaces = `xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`
	for kind, scalar := range map[string]bool{
		"xs:boolean":      true,
		"xs:integer":      true,
		"xs:int":          true,
		"boolean":         true,
		"xs:dateTime":     true,
		"xs:base64Binary": true,
		" xs:double ":     true,
		"xs:string":       false,
		"string":          false,
		"xs:anyType":      false,
		"xs:anyURI":       false,
		"xs:NCName":       false,
		"":                false,
	} {
		more := fmt.Sprintf(
			`engineering</saml:AttributeValue><saml:AttributeValue %s xsi:type="%s">7</saml:AttributeValue><saml:AttributeValue>`,
			spaces, kind,
		)
		doc := reply{
			knobs:  signing("assertion"),
			before: []string{`engineering</saml:AttributeValue><saml:AttributeValue>`, more},
		}.build(t)
		a := setup{}.party(t).accept(t, doc)
		if n := len(a.Claims["groups"]); n != 3 || a.Claims["groups"][1] != "7" {
			t.Errorf("%q: %q", kind, a.Claims["groups"])
		}
		mixed, kept := a.Mixed["groups"]
		if kept != scalar {
			t.Errorf("%q: kept apart: %v, %+v", kind, kept, mixed)
			continue
		}
		if scalar &&
			(len(mixed.Texts) != 2 ||
				len(mixed.Other) != 1 ||
				mixed.Other[0].Why != sso.RawNotText) {
			t.Errorf("%q: %+v", kind, mixed)
		}
	}
}

// TestEncryptedAttributesLeaveGroupsUnknown: any of them may be the groups, so
// that no attribute of that name is there says nothing.
func TestEncryptedAttributesLeaveGroupsUnknown(t *testing.T) {
	t.Parallel()
	plain := reply{knobs: signing("assertion")}.build(t)
	sealed := reply{
		knobs: signing("assertion"),
		before: []string{
			`</saml:AttributeStatement>`, `<saml:EncryptedAttribute/></saml:AttributeStatement>`,
		},
	}.build(t)
	got := []bool{
		setup{}.party(t).accept(t, plain).GroupsUnfetched,
		setup{}.party(t).accept(t, sealed).GroupsUnfetched,
	}
	if diff := cmp.Diff([]bool{false, true}, got); diff != "" {
		t.Error(diff)
	}
}
