/** What is found wrong with a pipeline, fact by fact. */
@NullMarked
package dev.cairn.local.status;

import org.jspecify.annotations.NullMarked;
