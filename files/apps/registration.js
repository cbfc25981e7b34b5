// The registration dialogue in its smallest form: one question, one answer, and good-bye. The dialogues of MAMA Nigeria
// come from their own repository (mama-ng-jsbox); put the app.js that it builds in place of this one.
var vumigo = require('vumigo_v02');

var App = vumigo.App;
var Choice = vumigo.states.Choice;
var ChoiceState = vumigo.states.ChoiceState;
var EndState = vumigo.states.EndState;
var InteractionMachine = vumigo.InteractionMachine;

function Registration() {
  App.call(this, 'states:start');
  var self = this;

  self.states.add('states:start', function (name) {
    return new ChoiceState(name, {
      question: self.im.config.welcome || 'Welcome to MAMA. Do you want messages?',
      choices: [new Choice('states:yes', 'Yes'), new Choice('states:no', 'No')],
      next: function (choice) {
        return choice.value;
      },
    });
  });

  self.states.add('states:yes', function (name) {
    return new EndState(name, { text: 'Thank you. You will hear from us.', next: 'states:start' });
  });

  self.states.add('states:no', function (name) {
    return new EndState(name, { text: 'Thank you. Goodbye.', next: 'states:start' });
  });
}

Registration.prototype = Object.create(App.prototype);

if (typeof api !== 'undefined') {
  new InteractionMachine(api, new Registration());
}
