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
// What surrounds a page is its [Frame]: name, colours and links of the brand of the
// page's company, language, and banner. [Renderer.Render] finds it for a request;
// the console finds it once for a visit.
//
// Pages speak by {{t}}: the English text is the key of its translations in
// [gatehouse/internal/words]. A page whose texts are all in that catalogue is listed
// among the Translated of its [Templates], and is shown in the visitor's language.
//
// What must not live here: a page of one feature, queries, handlers, cookies,
// decisions about who may see what.
package ui
