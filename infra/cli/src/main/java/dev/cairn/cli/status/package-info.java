/** The status of a pipeline: the facts that are read, and the findings that follow from them. */
@NullMarked
package dev.cairn.cli.status;

import org.jspecify.annotations.NullMarked;
