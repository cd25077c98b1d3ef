package forwardauth

import (
	"strings"

	"gatehouse/sso"
)

// attributeList is the attributes of a user that an application is told, as a header and
// as a claim; what does not fit into the header is in neither.
type attributeList struct {
	values  map[string]any // by name, as in the claim; nil if the application asks for none
	header  string
	omitted int
}

// sharedAttributes returns the attributes that the application asks for, by name. They
// take at most half of the bytes that groups and attributes have together.
func (a *application) sharedAttributes(texts sso.AttributeTexts) attributeList {
	if len(a.attributes) == 0 {
		return attributeList{}
	}
	l := attributeList{values: map[string]any{}}
	refs := newRefList(a.Limit() / 2)
	for _, v := range texts.List() {
		if !a.attributes[v.Name] {
			continue
		}
		if refs.addEncoded(v.Name, attributeValue(v)); refs.omitted == 0 {
			l.values[v.Name] = v.Typed()
		}
	}
	l.header, l.omitted = refs.text(), refs.omitted
	return l
}

// attributeValue returns "name=value" as one part of a header. Items of a list are
// separated by "|", which is encoded within each.
func attributeValue(v sso.AttributeValue) string {
	items := v.Items()
	for i, item := range items {
		items[i] = headerValue(item, ",=|")
	}
	return v.Name + "=" + strings.Join(items, "|")
}
