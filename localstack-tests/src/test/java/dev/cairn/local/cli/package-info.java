/** The {@code cairn} command on what stands in for AWS, through its front door. */
@NullMarked
package dev.cairn.local.cli;

import org.jspecify.annotations.NullMarked;
