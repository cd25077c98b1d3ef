package health

import (
	"fmt"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
)

// expiringAPITokens reports API tokens that expire soon, or have expired. Tokens with the
// same name, scopes and creator are of one program, since replacing a token keeps the first
// two: of these, the one that was used last is the one in the program. A successor by
// another admin leaves the finding about the old token until that is revoked: to tell of a
// token too much is better than to hide that of another program.
func expiringAPITokens(s State) (all []sso.Finding) {
	used := map[string]sso.Token{}
	var programs []string
	for _, k := range s.APITokens {
		if longOver(k.ExpiresAt, s.Now) {
			continue
		}
		program := fmt.Sprint(k.Name, k.Scopes, k.CreatedBy)
		before, ok := used[program]
		if !ok {
			programs = append(programs, program)
		}
		if !ok || tokenInUseRather(k, before) {
			used[program] = k
		}
	}
	for _, program := range programs {
		if f, ok := checkAPIToken(s, used[program]); ok {
			all = append(all, f)
		}
	}
	return all
}

// longOver reports whether a token ended so long ago that no program waits for another.
func longOver(ended, now time.Time) bool { return now.Sub(ended) > 30*day }

func tokenInUseRather(k, than sso.Token) bool {
	if !k.LastUsedAt.Equal(than.LastUsedAt) {
		return k.LastUsedAt.After(than.LastUsedAt)
	}
	return k.ExpiresAt.After(than.ExpiresAt)
}

// apiTokenThreshold is tokenThreshold without what is reached before half of the life of
// the token is over: scripts make tokens for an hour, and a mail about each would be one
// too many.
func apiTokenThreshold(k sso.Token, now time.Time) (threshold int, reached bool) {
	threshold, reached = tokenThreshold(k.ExpiresAt.Sub(now))
	life := k.ExpiresAt.Sub(k.CreatedAt)
	return threshold, reached && life >= 2*time.Duration(max(threshold, 1))*day
}

func checkAPIToken(s State, k sso.Token) (f sso.Finding, ok bool) {
	if f.Threshold, ok = apiTokenThreshold(k, s.Now); !ok {
		return f, false
	}
	f.HealthKey = sso.HealthKey{Kind: sso.HealthAPIToken, Subject: string(k.ID)}
	verb := "expires"
	if f.Threshold == 0 {
		verb = "expired"
	}
	f.FindingDetail = sso.FindingDetail{
		Text: fmt.Sprintf("The API token %q %s on %s.", k.Name, verb, k.ExpiresAt.UTC().Format("2 January 2006")),
		Side: string(catalog.Operator),
		Do: "Create its successor, put that into the program, and revoke this one once the new one is used. If " +
			"no program needs it, revoke it.",
		By:   k.ExpiresAt.UTC(),
		Path: "access/api-tokens",
	}
	return f, true
}
