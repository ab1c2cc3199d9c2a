<p>NEVER of the page</p>
<?php
/** Makes a thing ALWAYS of it. */
# in the old way ALWAYS too
$x = 'NEVER // in a string'; // but here ALWAYS it is
?>
<p>// NEVER of the page</p>
