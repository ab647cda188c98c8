/**
 * AWS on one machine; its parts sit in the packages below, each named for the service that it
 * stands for.
 */
@NullMarked
package dev.cairn.local;

import org.jspecify.annotations.NullMarked;
