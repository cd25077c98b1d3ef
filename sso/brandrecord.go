package sso

import "time"

// BrandAllowance says whether a company has a brand of its own.
type BrandAllowance string

// The allowances.
const (
	BrandByDefault BrandAllowance = ""        // as the installation is configured
	BrandAllowed   BrandAllowance = "allowed" // the company sets its own brand
	BrandRefused   BrandAllowance = "refused" // it does not, and what it had set is not shown
)

// BrandRecord is the brand of a company, or of the installation, as it is stored.
type BrandRecord struct {
	Live      Brand
	Draft     Brand // replaces Live when it is published
	Drafted   bool  // there is a draft
	Allowance BrandAllowance
	Revision  int64     // 1 before the first change, one more after each
	ChangedAt time.Time // zero: never
}

// Edited returns what an edit begins with: the draft, or the live brand without one.
func (r BrandRecord) Edited() Brand {
	if r.Drafted {
		return r.Draft
	}
	return r.Live
}
