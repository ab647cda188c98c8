/**
 * What the tests put beside a deployed function's jars: it hears each call that the SDK makes. The
 * function's own code is the same.
 */
@NullMarked
package dev.cairn.localstack.deployed.probe;

import org.jspecify.annotations.NullMarked;
