// Package catalog is the catalogue of failures: what every code means, who must
// act, and the exact place in the identity provider's console. It also has the
// words of the failure page. Pages, documents and the test connection show it.
//
// What must not live here: detecting a failure.
package catalog
