onmessage = ({ ports: [port] }) => {
  for (let i = 1; i <= 3; i++) port.postMessage(i);
  for (;;) {} // The page will have to end this.
};
