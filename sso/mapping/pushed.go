package mapping

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"gatehouse/sso"
)

// PushedAttributes reads the attributes of an enterprise from the SCIM document of a
// user, as [Attributes] does from claims. The document is all that the identity provider
// says: an attribute that is not in it has the value "".
func PushedAttributes(defined []sso.Attribute, m sso.Mapping, document json.RawMessage) ([]sso.AttributeValue, error) {
	var root map[string]any
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	if err := d.Decode(&root); err != nil {
		return nil, err
	}
	claims := pushedClaims{}
	for name, value := range root {
		claims.add(name, value)
	}
	r := newReader(sso.Assertion{Claims: sso.Claims(claims)})
	all := r.readAttributes(defined, m)
	for i, x := range defined {
		if candidates := m.Attributes[x.Name]; len(candidates) == 0 {
			continue
		}
		if _, _, sent := r.candidateValues(m.Attributes[x.Name]); !sent {
			all = append(all, sso.AttributeValue{
				Name: defined[i].Name,
				Type: defined[i].Type,
			})
		}
	}
	return all, nil
}

// pushedClaims are the values of a SCIM document by path: "title", "name.givenName",
// "urn:…:User:department", and of objects in a list their value: "roles".
type pushedClaims sso.Claims

func (c pushedClaims) add(path string, value any) {
	switch v := value.(type) {
	case string:
		c[path] = append(c[path], v)
	case json.Number:
		c[path] = append(c[path], v.String())
	case bool:
		c[path] = append(c[path], strconv.FormatBool(v))
	case []any:
		for _, item := range v {
			c.add(path, item)
			if object, ok := item.(map[string]any); ok && object["value"] != nil {
				c.add(path, object["value"])
			}
		}
	case map[string]any:
		separator := "."
		if strings.HasPrefix(path, "urn:") && strings.Count(path, ".") <= 1 { // the schema of an extension
			separator = ":"
		}
		for name, below := range v {
			c.add(path+separator+name, below)
		}
	}
}
