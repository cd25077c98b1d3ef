package scim

import (
	"bytes"
	"encoding/json"
	"net/http"

	"gatehouse/scim"
	"gatehouse/sso/provisioning"
)

// stream writes JSON piece by piece, so that the members of a group need not be
// in memory at once. The status is sent with the first flush: a failure before it
// is answered as usual, a later one breaks the connection off, so that the client
// does not take a part for the whole.
type stream struct {
	w       http.ResponseWriter
	status  int
	pending bytes.Buffer
	sent    bool
}

// flushAt is how many bytes are kept before they are sent.
const flushAt = 32 << 10

func (s *stream) text(t string) { s.pending.WriteString(t) }

// separate writes a comma in front of all elements but the first.
func (s *stream) separate(index int) {
	if index > 0 {
		s.text(",")
	}
}

func (s *stream) value(v any) error {
	encoder := json.NewEncoder(&s.pending)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	s.pending.Truncate(s.pending.Len() - 1) // the line break that Encode appends
	return err
}

// open writes an object without its closing brace.
func (s *stream) open(v any) error {
	err := s.value(v)
	s.pending.Truncate(s.pending.Len() - 1)
	return err
}

func (s *stream) flush(least int) {
	if s.pending.Len() < least {
		return
	}
	if !s.sent {
		s.sent = true
		s.w.Header().Set("Content-Type", mediaType)
		s.w.WriteHeader(s.status)
	}
	_, _ = s.pending.WriteTo(s.w) // fails only if the client is gone
	s.pending.Reset()
}

// end sends the rest, or deals with what went wrong.
func (s *stream) end(err error) error {
	if err != nil && s.sent {
		panic(http.ErrAbortHandler)
	}
	if err == nil {
		s.flush(0)
	}
	return err
}

// sendGroup writes a group with its members, if they are shown.
func (h *Handlers) sendGroup(x *exchange, status int, g scim.Resource, show scim.Selection) error {
	x.describe(status, scim.Groups(), g)
	s := &stream{
		w:      x.w,
		status: status,
	}
	return s.end(h.writeGroup(x, s, g, show))
}

func (h *Handlers) writeGroup(x *exchange, s *stream, g scim.Resource, show scim.Selection) error {
	if err := s.open(scim.Groups().Render(x.base, g, show)); err != nil {
		return err
	}
	if show.Shows("members") {
		if err := h.writeMembers(x, s, g.ID, show); err != nil {
			return err
		}
	}
	s.text("}")
	s.flush(flushAt)
	return nil
}

// writeMembers writes the attribute members; nothing if there are none.
func (h *Handlers) writeMembers(x *exchange, s *stream, id string, show scim.Selection) error {
	before := `,"members":[`
	err := h.Groups.Members(x.Context(), x.call, id, func(page []scim.Member) error {
		for _, member := range scim.Groups().RenderMembers(x.base, page, show) {
			s.text(before)
			before = ","
			if err := s.value(member); err != nil {
				return err
			}
		}
		s.flush(flushAt)
		return x.Context().Err()
	})
	if before == "," {
		s.text("]")
	}
	return err
}

// sendPage writes a page of resources, each with write.
func (h *Handlers) sendPage(
	x *exchange, q scim.Query, list provisioning.List, write func(*stream, scim.Resource) error,
) error {
	s := &stream{
		w:      x.w,
		status: http.StatusOK,
	}
	page := scim.Page{
		Total: list.Total,
		Count: list.Count,
		Next:  list.Next,
	}
	return s.end(s.list(page.Envelope(q), func() error { return s.resources(list, 0, write) }))
}

// list writes a list; resources writes what is in it.
func (s *stream) list(envelope map[string]any, resources func() error) error {
	if err := s.open(envelope); err != nil {
		return err
	}
	s.text(`,"Resources":[`)
	err := resources()
	s.text("]}")
	return err
}

// resources writes the resources of a page behind others.
func (s *stream) resources(list provisioning.List, behind int, write func(*stream, scim.Resource) error) error {
	i := behind
	for r, err := range list.Resources {
		if err != nil {
			return err
		}
		s.separate(i)
		if err := write(s, r); err != nil {
			return err
		}
		i++
	}
	return nil
}

func (h *Handlers) writeUser(x *exchange, s *stream, u scim.Resource, show scim.Selection) error {
	err := s.value(scim.Users().Render(x.base, u, show))
	s.flush(flushAt)
	return err
}
