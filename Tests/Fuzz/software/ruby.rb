# For each line of JSON {"name", "address"} what Ruby's mail (and so Rails) hands to sendmail, as php.php does.
require 'base64'
require 'json'
require 'mail'

def message(from)
  mail = Mail.new(charset: 'UTF-8', to: 'r@x.example', subject: 'Order', body: 'Thank you.')
  mail.from = from
  mail.to_s
end

$stdin.each_line do |line|
  name, address = JSON.parse(line).values_at('name', 'address')
  formatted = Mail::Address.new(address).tap { |one| one.display_name = name }.format
  quoted = "\"#{name.gsub(/["\\]/) { |special| "\\#{special}" }}\" <#{address}>"
  messages = { 'Ruby mail, an address' => formatted, 'Ruby mail, in quotes' => quoted }
  puts JSON.generate(messages.transform_values { |from| Base64.strict_encode64(message(from)) })
  $stdout.flush
end
