package scim

import (
	"strings"

	"gatehouse/scim/filter"
)

// The URNs of the schemas and messages.
const (
	UserURN       = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupURN      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	EnterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

	errorURN    = "urn:ietf:params:scim:api:messages:2.0:Error"
	listURN     = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	schemaURN   = "urn:ietf:params:scim:schemas:core:2.0:Schema"
	typeURN     = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
	providerURN = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
)

// attributeType is the type of an attribute (RFC 7643, section 2.3).
type attributeType string

const (
	textType      attributeType = "string"
	booleanType   attributeType = "boolean"
	momentType    attributeType = "dateTime"
	referenceType attributeType = "reference"
	binaryType    attributeType = "binary"
	complexType   attributeType = "complex"
)

// attribute describes an attribute, encoded as RFC 7643, section 7, has it.
type attribute struct {
	Name            string        `json:"name"`
	Type            attributeType `json:"type"`
	MultiValued     bool          `json:"multiValued"`
	Description     string        `json:"description"`
	Required        bool          `json:"required"`
	CaseExact       bool          `json:"caseExact"`
	Mutability      string        `json:"mutability"` // readWrite, readOnly, immutable
	Returned        string        `json:"returned"`   // always, default, request
	Uniqueness      string        `json:"uniqueness"` // none, server
	ReferenceTypes  []string      `json:"referenceTypes,omitempty"`
	CanonicalValues []string      `json:"canonicalValues,omitempty"`
	SubAttributes   []attribute   `json:"subAttributes,omitempty"`
}

// find returns the attribute of a name, ignoring case; nil if there is none.
func find(attributes []attribute, name string) *attribute {
	for i := range attributes {
		if strings.EqualFold(attributes[i].Name, name) {
			return &attributes[i]
		}
	}
	return nil
}

func (a *attribute) readOnly() bool { return a.Mutability == "readOnly" }

// kind returns how values of the attribute compare in a filter.
func (a *attribute) kind() filter.Kind {
	switch {
	case a.Type == booleanType:
		return filter.Boolean
	case a.Type == momentType:
		return filter.Moment
	case a.Type == complexType:
		return filter.Complex
	case a.CaseExact || a.Type == referenceType || a.Type == binaryType:
		return filter.Exact
	default:
		return filter.Text
	}
}

// schema is a schema of RFC 7643, section 7.
type schema struct {
	ID          string      `json:"id"`
	Name        string      `json:"name"`
	Description string      `json:"description"`
	Attributes  []attribute `json:"attributes"`
}

// Type is a resource type: a core schema, the attributes that every resource
// has, and its extensions.
type Type struct {
	Name     string // "User"
	Endpoint string // "/Users"

	core       schema
	common     []attribute // id, externalId, meta: part of every resource, not of a schema
	extensions []schema
}

// attribute resolves a path by the schemas. The path it returns is canonical:
// the core schema's URN is left out, names have the schema's letter case. It is
// nil for an attribute that no schema knows.
func (t *Type) attribute(p filter.Path) (filter.Path, *attribute) {
	p = dottedExtension(t, p)
	attributes := t.core.Attributes
	switch extension := t.extension(p.URN); {
	case p.URN == "" || strings.EqualFold(p.URN, t.core.ID):
		p.URN = ""
	case extension != nil:
		p.URN = extension.ID
		attributes = extension.Attributes
	default:
		return p, nil
	}
	a := find(attributes, p.Name)
	if a == nil && p.URN == "" {
		a = find(t.common, p.Name)
	}
	if a == nil {
		return p, nil
	}
	p.Name = a.Name
	if p.Sub == "" {
		return p, a
	}
	sub := find(a.SubAttributes, p.Sub)
	if sub != nil {
		p.Sub = sub.Name
	}
	return p, sub
}

// extension returns the extension of a URN, ignoring case; nil if it is unknown.
func (t *Type) extension(urn string) *schema {
	for i := range t.extensions {
		if strings.EqualFold(t.extensions[i].ID, urn) {
			return &t.extensions[i]
		}
	}
	return nil
}

// Kind returns how the values of an attribute compare in a filter; it is a
// [filter.Kinds].
func (t *Type) Kind(p filter.Path) filter.Kind {
	if _, a := t.attribute(p); a != nil {
		return a.kind()
	}
	return filter.Text
}

// ParseFilter parses the filter of a query on resources of this type. Its paths
// are canonical. A filter by an attribute that no schema knows is refused, so
// that a typing error does not look like an empty result.
func (t *Type) ParseFilter(text string) (filter.Expr, error) {
	e, err := filter.Parse(text)
	if err != nil {
		return nil, badRequest(InvalidFilter, "The filter is %s. Supported: "+
			"eq ne co sw ew pr gt ge lt le, and, or, not, parentheses and value paths.", err)
	}
	e, unknown := t.canonical(e, filter.Path{})
	if unknown != "" {
		return nil, badRequest(InvalidFilter, "Attribute %q cannot be filtered: no schema of %s has it.",
			unknown, t.Name)
	}
	return e, nil
}

// canonical returns a filter with canonical paths, or the first path that no
// schema knows. of is the attribute whose elements are filtered.
func (t *Type) canonical(e filter.Expr, of filter.Path) (_ filter.Expr, unknown string) {
	switch e := e.(type) {
	case filter.All:
		parts, unknown := t.canonicalParts(e, of)
		return filter.All(parts), unknown
	case filter.Any:
		parts, unknown := t.canonicalParts(e, of)
		return filter.Any(parts), unknown
	case filter.Not:
		part, unknown := t.canonical(e.Expr, of)
		return filter.Not{Expr: part}, unknown
	case filter.Present:
		e.Path, unknown = t.canonicalPath(e.Path, of)
		return e, unknown
	case filter.Compare:
		e.Path, unknown = t.canonicalPath(e.Path, of)
		return e, unknown
	case filter.Element:
		if e.Path, unknown = t.canonicalPath(e.Path, of); unknown != "" {
			return e, unknown
		}
		e.Filter, unknown = t.canonical(e.Filter, e.Path)
		return e, unknown
	default:
		return e, ""
	}
}

func (t *Type) canonicalParts(parts []filter.Expr, of filter.Path) (_ []filter.Expr, unknown string) {
	canonical := make([]filter.Expr, len(parts))
	for i, part := range parts {
		if canonical[i], unknown = t.canonical(part, of); unknown != "" {
			return parts, unknown
		}
	}
	return canonical, ""
}

func (t *Type) canonicalPath(p, of filter.Path) (_ filter.Path, unknown string) {
	if of.Name == "" {
		canonical, a := t.attribute(p)
		if a == nil {
			return p, p.String()
		}
		return canonical, ""
	}
	if p.URN != "" || p.Sub != "" {
		return p, p.String()
	}
	canonical, a := t.attribute(filter.Path{
		URN:  of.URN,
		Name: of.Name,
		Sub:  p.Name,
	})
	if a == nil {
		return p, p.String()
	}
	return filter.Path{Name: canonical.Sub}, ""
}
