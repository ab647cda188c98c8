/** What is found wrong with a pipeline, fact by fact. */
@NullMarked
package dev.cairn.cli.status;

import org.jspecify.annotations.NullMarked;
