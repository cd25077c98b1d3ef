package groupsync

import "gatehouse/sso"

// RulesOf are a configuration's rules for memberships, its default groups among
// them. Where they come by provisioning, a sign-in has nothing to say about them.
func RulesOf(cfg sso.Config) sso.GroupSync {
	if cfg.Provisioning == sso.ProvisionSCIM {
		return sso.GroupSync{Mode: sso.SyncKeep}
	}
	rules := cfg.GroupSync
	rules.DefaultGroups = cfg.DefaultGroups
	return rules
}
