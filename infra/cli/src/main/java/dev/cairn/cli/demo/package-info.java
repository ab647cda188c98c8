/**
 * How commands find the demo that runs on this machine, and how they hand it records. The demo
 * itself is in {@code infra/local}.
 */
@NullMarked
package dev.cairn.cli.demo;

import org.jspecify.annotations.NullMarked;
