onmessage = ({ ports: [port] }) => {
  let sum = 0;
  port.onmessage = ({ data }) => {
    sum += data;
    if (data === 3) postMessage(`heard ${sum}`);
  };
};
