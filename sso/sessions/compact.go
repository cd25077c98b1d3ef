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
	token   *sso.TokenGrant       // nil for a session

	created, expires, authn, userCreated, lastSignIn, vouched int64 // microseconds; 0: never
}

// common has the values that users of one connection share.
type common struct {
	enterprise    sso.Enterprise
	connection    sso.ConnectionID
	protocol      sso.Protocol
	format        string
	idle          time.Duration
	status        sso.UserStatus
	emailVerified bool
	loginGiven    bool
	endedByPush   bool
	mergedInto    sso.UserID // "": a merged user has no sessions
	loginIsEmail  bool       // one text serves for both
	acr           string
	amr           string // separated by line feeds, which are in none
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
	attributeText
	ownTexts
)

// groupLists deduplicates lists of groups, so that users in the same groups
// share one.
type groupLists = lru.Cache[[sha256.Size]byte, *[]sso.PrincipalGroup]

const (
	maxLists  = 4096
	maxGroups = 16384
)

// deduplicator deduplicates what package unique cannot hold.
type deduplicator struct {
	lists  *groupLists
	groups *lru.Cache[sso.GroupID, sso.PrincipalGroup]
}

func newDeduplicator() deduplicator {
	lists, _ := lru.New[[sha256.Size]byte, *[]sso.PrincipalGroup](maxLists) // fails only for sizes below 1
	groups, _ := lru.New[sso.GroupID, sso.PrincipalGroup](maxGroups)
	return deduplicator{lists, groups}
}

// groupList returns the shared list with the same groups.
func (s deduplicator) groupList(groups []sso.PrincipalGroup) *[]sso.PrincipalGroup {
	if len(groups) == 0 {
		return nil
	}
	h := sha256.New()
	for _, g := range groups {
		for _, text := range [...]string{string(g.ID), g.Organization, g.Name, string(g.Roles)} {
			h.Write([]byte(text))
			h.Write([]byte{0}) // a byte that no stored text contains
		}
	}
	key := [sha256.Size]byte(h.Sum(nil))
	if known, ok := s.lists.Get(key); ok {
		return known
	}
	stored := make([]sso.PrincipalGroup, len(groups))
	for i, g := range groups {
		if known, ok := s.groups.Get(g.ID); ok && known == g {
			g = known // the same texts, stored once
		} else {
			s.groups.Add(g.ID, g)
		}
		stored[i] = g
	}
	s.lists.Add(key, &stored)
	return &stored
}

func (s deduplicator) compact(p *sso.Principal) compact {
	loginIsEmail := p.User.Login == p.User.Email
	c := compact{
		common: unique.Make(common{
			p.Enterprise, p.Session.Connection, p.Protocol, p.Session.NameIDFormat, p.Session.IdleTimeout,
			p.User.Status, p.User.EmailVerified, p.User.LoginGiven, p.User.EndedByPush, p.User.MergedInto, loginIsEmail,
			p.Session.Authn.Acr, strings.Join(p.Session.Authn.Amr, "\n"),
		}),
		browser:     unique.Make(p.Session.UserAgent),
		groups:      s.groupList(p.Groups),
		token:       p.Token,
		created:     toMicros(p.Session.CreatedAt),
		expires:     toMicros(p.Session.ExpiresAt),
		authn:       toMicros(p.Session.Authn.AuthnAt),
		userCreated: toMicros(p.User.CreatedAt),
		lastSignIn:  toMicros(p.User.LastSignInAt),
		vouched:     toMicros(p.User.VouchedAt),
	}
	texts := [ownTexts]string{
		string(p.Session.ID), string(p.User.ID), string(p.Session.Attempt), p.Session.Subject,
		p.Session.SessionIndex, p.Session.Remote,
		p.User.Login, p.User.Email, p.User.Name, string(p.Attributes),
	}
	if loginIsEmail {
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

func (c *compact) ownText(i int) string {
	begin := uint32(0)
	if i > 0 {
		begin = c.ends[i-1]
	}
	return c.text[begin:c.ends[i]]
}

// principal returns the original principal, with the time it was last seen,
// which changes.
func (c *compact) principal(token sso.Hash, seen int64) sso.Principal {
	shared, user, login := c.common.Value(), sso.UserID(c.ownText(userText)), c.ownText(loginText)
	email := login
	if !shared.loginIsEmail {
		email = c.ownText(emailText)
	}
	p := sso.Principal{
		Session: sso.Session{
			ID:           sso.SessionID(c.ownText(sessionText)),
			Token:        token,
			Enterprise:   shared.enterprise.ID,
			Connection:   shared.connection,
			User:         user,
			Attempt:      sso.AttemptID(c.ownText(attemptText)),
			Subject:      c.ownText(subjectText),
			NameIDFormat: shared.format,
			SessionIndex: c.ownText(indexText),
			Authn: sso.Authn{
				AuthnAt: fromMicros(c.authn),
				Acr:     shared.acr,
			},
			Remote:      c.ownText(remoteText),
			UserAgent:   c.browser.Value(),
			CreatedAt:   fromMicros(c.created),
			LastSeenAt:  fromMicros(seen),
			IdleTimeout: shared.idle,
			ExpiresAt:   fromMicros(c.expires),
		},
		User: sso.User{
			ID:            user,
			Enterprise:    shared.enterprise.ID,
			Login:         login,
			LoginGiven:    shared.loginGiven,
			EndedByPush:   shared.endedByPush,
			MergedInto:    shared.mergedInto,
			Email:         email,
			EmailVerified: shared.emailVerified,
			Name:          c.ownText(nameText),
			Status:        shared.status,
			CreatedAt:     fromMicros(c.userCreated),
			LastSignInAt:  fromMicros(c.lastSignIn),
			VouchedAt:     fromMicros(c.vouched),
		},
		Enterprise: shared.enterprise,
		Protocol:   shared.protocol,
		Attributes: sso.AttributeTexts(c.ownText(attributeText)),
		Token:      c.token,
	}
	if shared.amr != "" {
		p.Session.Authn.Amr = strings.Split(shared.amr, "\n")
	}
	if c.groups != nil {
		p.Groups = *c.groups
	}
	return p
}

// toMicros and moment convert times as the store does, so that a time read from
// there comes back the same.
func toMicros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
