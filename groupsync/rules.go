package groupsync

import "gatehouse/sso"

// RulesOf returns the membership rules of a configuration, including its
// default groups. If memberships come by provisioning, a sign-in changes none.
func RulesOf(cfg sso.Config) sso.GroupSync {
	if cfg.Provisioning == sso.ProvisionSCIM {
		return sso.GroupSync{Mode: sso.SyncKeep}
	}
	rules := cfg.GroupSync
	rules.DefaultGroups = cfg.DefaultGroups
	return rules
}
