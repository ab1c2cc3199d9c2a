# frozen_string_literal: NEVER of all
# Makes a thing ALWAYS of it.
=begin
A block ALWAYS of many lines.
=end
x = "#{y} NEVER # of it" # but ALWAYS behind one
