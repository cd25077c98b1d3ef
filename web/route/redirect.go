package route

import "net/http"

// SeeOther redirects with a 303. It does not use http.Redirect, which would resolve
// target and could change what was checked.
func SeeOther(w http.ResponseWriter, target string) error {
	w.Header().Set("Location", target)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}
