package sessions

import (
	"crypto/sha256"
	"strings"
	"time"
	"unique"

	lru "github.com/hashicorp/golang-lru/v2"

	"gatehouse/sso"
)

// compact is a principal in less than half of its size: its own texts are in
// one string, and what many share is stored once. It is immutable.
type compact struct {
	text string
	ends [ownTexts]uint32 // end of each text

	common  unique.Handle[common]
	browser unique.Handle[string]
	groups  *[]sso.PrincipalGroup // nil for none

	created, expires, userCreated, lastSignIn, vouched int64 // microseconds; 0: never
}

// common is what users of one connection share.
type common struct {
	enterprise    sso.Enterprise
	connection    sso.ConnectionID
	format        string
	idle          time.Duration
	status        sso.UserStatus
	emailVerified bool
	loginGiven    bool
	loginIsEmail  bool // one text serves for both
}

// The texts that a principal does not share.
const (
	sessionText = iota
	userText
	attemptText
	subjectText
	indexText
	remoteText
	loginText
	emailText
	nameText
	ownTexts
)

// groupLists deduplicates lists of groups, so that users in the same groups
// share one.
type groupLists = lru.Cache[[sha256.Size]byte, *[]sso.PrincipalGroup]

const (
	listsKept  = 4096
	groupsKept = 16384
)

// shared deduplicates what package unique cannot hold.
type shared struct {
	lists  *groupLists
	groups *lru.Cache[sso.GroupID, sso.PrincipalGroup]
}

func newShared() shared {
	lists, _ := lru.New[[sha256.Size]byte, *[]sso.PrincipalGroup](listsKept) // fails only for sizes below 1
	groups, _ := lru.New[sso.GroupID, sso.PrincipalGroup](groupsKept)
	return shared{lists, groups}
}

// list returns the shared list with the same groups.
func (s shared) list(groups []sso.PrincipalGroup) *[]sso.PrincipalGroup {
	if len(groups) == 0 {
		return nil
	}
	h := sha256.New()
	for _, g := range groups {
		for _, text := range [...]string{string(g.ID), g.Organization, g.Name} {
			h.Write([]byte(text))
			h.Write([]byte{0}) // a byte that no stored text contains
		}
	}
	key := [sha256.Size]byte(h.Sum(nil))
	if known, ok := s.lists.Get(key); ok {
		return known
	}
	own := make([]sso.PrincipalGroup, len(groups))
	for i, g := range groups {
		if known, ok := s.groups.Get(g.ID); ok && known == g {
			g = known // the same texts, stored once
		} else {
			s.groups.Add(g.ID, g)
		}
		own[i] = g
	}
	s.lists.Add(key, &own)
	return &own
}

func (s shared) compact(p *sso.Principal) compact {
	same := p.User.Login == p.User.Email
	c := compact{
		common: unique.Make(common{
			p.Enterprise, p.Session.Connection, p.Session.NameIDFormat, p.Session.IdleTimeout,
			p.User.Status, p.User.EmailVerified, p.User.LoginGiven, same,
		}),
		browser:     unique.Make(p.Session.UserAgent),
		groups:      s.list(p.Groups),
		created:     micros(p.Session.CreatedAt),
		expires:     micros(p.Session.ExpiresAt),
		userCreated: micros(p.User.CreatedAt),
		lastSignIn:  micros(p.User.LastSignInAt),
		vouched:     micros(p.User.VouchedAt),
	}
	texts := [ownTexts]string{
		string(p.Session.ID), string(p.User.ID), string(p.Session.Attempt), p.Session.Subject,
		p.Session.SessionIndex, p.Session.Remote,
		p.User.Login, p.User.Email, p.User.Name,
	}
	if same {
		texts[emailText] = ""
	}
	c.text = strings.Join(texts[:], "")
	end := 0
	for i, t := range texts {
		end += len(t)
		c.ends[i] = uint32(end) //nolint:gosec // texts of a row
	}
	return c
}

func (c *compact) own(i int) string {
	begin := uint32(0)
	if i > 0 {
		begin = c.ends[i-1]
	}
	return c.text[begin:c.ends[i]]
}

// principal returns the original principal, with the time it was last seen,
// which changes.
func (c *compact) principal(token sso.Hash, seen int64) sso.Principal {
	all, user, login := c.common.Value(), sso.UserID(c.own(userText)), c.own(loginText)
	email := login
	if !all.loginIsEmail {
		email = c.own(emailText)
	}
	p := sso.Principal{
		Session: sso.Session{
			ID:           sso.SessionID(c.own(sessionText)),
			Token:        token,
			Enterprise:   all.enterprise.ID,
			Connection:   all.connection,
			User:         user,
			Attempt:      sso.AttemptID(c.own(attemptText)),
			Subject:      c.own(subjectText),
			NameIDFormat: all.format,
			SessionIndex: c.own(indexText),
			Remote:       c.own(remoteText),
			UserAgent:    c.browser.Value(),
			CreatedAt:    moment(c.created),
			LastSeenAt:   moment(seen),
			IdleTimeout:  all.idle,
			ExpiresAt:    moment(c.expires),
		},
		User: sso.User{
			ID:            user,
			Enterprise:    all.enterprise.ID,
			Login:         login,
			LoginGiven:    all.loginGiven,
			Email:         email,
			EmailVerified: all.emailVerified,
			Name:          c.own(nameText),
			Status:        all.status,
			CreatedAt:     moment(c.userCreated),
			LastSignInAt:  moment(c.lastSignIn),
			VouchedAt:     moment(c.vouched),
		},
		Enterprise: all.enterprise,
	}
	if c.groups != nil {
		p.Groups = *c.groups
	}
	return p
}

// micros and moment convert times as the store does, so that a time read from
// there comes back the same.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
