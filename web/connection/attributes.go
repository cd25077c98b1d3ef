package connection

import (
	"strings"

	"gatehouse/sso"
)

const attributePrefix = "mapping.attributes."

// attributeFields are the claims of each attribute of the enterprise; no section if it
// has none.
func attributeFields(defined []sso.Attribute, m sso.Mapping) []fieldSection {
	if len(defined) == 0 {
		return nil
	}
	section := fieldSection{
		ID:      "attributes",
		Heading: "Attributes",
		Lead: "Which claims have the attributes that the company keeps of people. The first that is sent counts. " +
			"With SCIM, the names of its schema count, too, such as " + scimExample + ".",
	}
	for _, a := range defined {
		f := names(
			attributePrefix+a.Name,
			a.Label+", "+string(a.Type)+". Names of claims, or templates such as {building}-{floor}, one per line. "+
				"Empty: values stay as they are known.",
			m.Attributes[a.Name],
		)
		section.Fields = append(section.Fields, f)
	}
	return []fieldSection{section}
}

const scimExample = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"

// attributes are the claims of the attributes that the form has.
func (f *reading) attributes() map[string][]string {
	all := map[string][]string{}
	for field := range f.form {
		if name, ok := strings.CutPrefix(field, attributePrefix); ok {
			all[name] = f.lines(field)
		}
	}
	return all
}
