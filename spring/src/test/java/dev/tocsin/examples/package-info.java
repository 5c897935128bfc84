/// The example with which the javadoc of the starter begins. It is shown as it stands here, so it is a whole program.
package dev.tocsin.examples;
