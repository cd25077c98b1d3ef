// Package ui is the kit that the pages of Gatehouse are made of: the layout, the
// components with their structs, the style sheet and scripts, rendering, and the
// pages that belong to no feature.
//
// A page lives in the package of its feature: the struct and the template of the
// same name, the handler that fills it, and its examples, see
// [gatehouse/web/ui/gallery]. The feature hands its pages to [New] as
// [Templates]; a template without a struct, a struct without a template and a
// missing component are errors at start, not when the page is opened.
//
// What must not live here: a page of one feature, queries, handlers, cookies,
// decisions about who may see what.
package ui
