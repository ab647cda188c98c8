/** The {@code cairn} command on what stands in for AWS, through its front door. */
@NullMarked
package dev.cairn.localstack.cli;

import org.jspecify.annotations.NullMarked;
