package mapping

import "gatehouse/sso"

// maxTraced limits the values of a list that [Trace] returns.
const maxTraced = 200

// Trace returns what a mapping makes of the groups of an identity, value by
// value: what was sent, and what of it is compared with names of groups. It
// reads the claims as [Apply] does. It does not match groups. The error is that
// of an expression that does not compile.
func Trace(m sso.Mapping, id sso.Identity) (sso.GroupTrace, error) {
	r := newReader(sso.Assertion{Claims: id.Claims, Mixed: id.Mixed})
	for _, name := range m.Groups {
		list, present := r.claimList(name)
		if !present {
			continue
		}
		s, err := newSelection(m)
		if err != nil {
			return sso.GroupTrace{}, err
		}
		trace := sso.GroupTrace{Source: name}
		s.onValue = func(v sso.TracedGroup) {
			if len(trace.Values) < maxTraced {
				trace.Values = append(trace.Values, v)
			}
		}
		s.read(list)
		if !s.blank {
			return trace, nil
		}
	}
	return sso.GroupTrace{}, nil
}
