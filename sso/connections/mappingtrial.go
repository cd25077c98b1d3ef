package connections

import (
	"fmt"

	"gatehouse/sso"
	"gatehouse/sso/mapping"
)

// TryMapping returns the mapping of the draft, or else the live one, with an edit
// that is not saved. Errors: those of Edit about the mapping.
func (s *Service) TryMapping(c sso.Connection, e MappingEdit) (sso.Mapping, error) {
	w := s.editing(c, startOf(c))
	w.mapping(e)
	w.addAll(mapping.Validate(w.cfg.Mapping))
	if err := w.err(); err != nil {
		return sso.Mapping{}, fmt.Errorf("try a mapping: %w", err)
	}
	return w.cfg.Mapping, nil
}
