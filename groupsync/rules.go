package groupsync

import "gatehouse/sso"

// RulesOf are a configuration's rules for memberships. Where they come by
// provisioning, a sign-in has nothing to say about them.
func RulesOf(cfg sso.Config) sso.GroupSync {
	if cfg.Provisioning == sso.ProvisionSCIM {
		return sso.GroupSync{Mode: sso.SyncKeep}
	}
	return cfg.GroupSync
}
