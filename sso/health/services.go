package health

import (
	"fmt"
	"slices"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
)

// expiringServices reports services whose token in use expires soon, or has expired. A
// newer token that was never used changes nothing: it is not in the program yet.
func expiringServices(s State) (all []sso.Finding) {
	used := map[sso.ServiceID]sso.ServiceToken{}
	var services []sso.ServiceID
	for _, k := range s.Services {
		if longOver(k.ExpiresAt, s.Now) {
			continue
		}
		before, ok := used[k.Service.ID]
		if !ok {
			services = append(services, k.Service.ID)
		}
		if !ok || serviceInUseRather(k, before) {
			used[k.Service.ID] = k
		}
	}
	slices.Sort(services)
	for _, id := range services {
		if f, ok := checkService(s, used[id]); ok {
			all = append(all, f)
		}
	}
	return all
}

func serviceInUseRather(k, than sso.ServiceToken) bool {
	if !k.LastUsedAt.Equal(than.LastUsedAt) {
		return k.LastUsedAt.After(than.LastUsedAt)
	}
	return k.ExpiresAt.After(than.ExpiresAt)
}

func checkService(s State, k sso.ServiceToken) (f sso.Finding, ok bool) {
	if f.Threshold, ok = tokenThreshold(k.ExpiresAt.Sub(s.Now)); !ok {
		return f, false
	}
	f.HealthKey = sso.HealthKey{Kind: sso.HealthService, Subject: string(k.ID)}
	verb := "expires"
	if f.Threshold == 0 {
		verb = "expired"
	}
	f.FindingDetail = sso.FindingDetail{
		Text: fmt.Sprintf("The token of the service %q %s on %s.",
			k.Service.Name, verb, k.ExpiresAt.UTC().Format("2 January 2006")),
		Side: string(catalog.Operator),
		Do: "Create another token of the service, put it into the program, and revoke this one once the new one " +
			"is used.",
		By:   k.ExpiresAt.UTC(),
		Path: "organizations/" + string(k.Service.Organization) + "/service-tokens",
	}
	return f, true
}
