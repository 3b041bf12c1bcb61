// For each line of JSON {"name", "address"} what nodemailer hands to sendmail, as php.php does.
const readline = require('readline');
const MailComposer = require('nodemailer/lib/mail-composer');

const composed = (from) =>
  new Promise((resolve, reject) => {
    const mail = { from, to: 'r@x.example', subject: 'Order', text: 'Thank you.\n', newline: 'unix' };
    new MailComposer(mail).compile().build((error, message) => (error ? reject(error) : resolve(message.toString('base64'))));
  });

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { name, address } = JSON.parse(line);
    const quoted = `"${name.replace(/["\\]/g, '\\$&')}" <${address}>`;
    const messages = { nodemailer: await composed({ name, address }), 'nodemailer, in quotes': await composed(quoted) };
    console.log(JSON.stringify(messages));
  }
})();
