package groupsync

import "gatehouse/sso"

// RulesOf returns the membership rules of a configuration for one user, including
// its default groups. Where memberships come by provisioning, a sign-in changes
// none of a provisioned user, and of others only if the configuration says so.
func RulesOf(cfg sso.Config, provisioned bool) sso.GroupSync {
	if cfg.Provisioning == sso.ProvisionSCIM {
		switch {
		case provisioned:
			return sso.GroupSync{
				Mode: sso.SyncKeep,
				Kept: "Memberships of this person come by provisioning: the sign-in left them as they were.",
			}
		case cfg.WhenUnprovisioned() != sso.UnprovisionedClaims:
			return sso.GroupSync{
				Mode: sso.SyncKeep,
				Kept: "The identity provider has not provisioned this person yet: until it does, " +
					"a sign-in changes no membership.",
			}
		}
	}
	rules := cfg.GroupSync
	rules.DefaultGroups = cfg.DefaultGroups
	return rules
}
