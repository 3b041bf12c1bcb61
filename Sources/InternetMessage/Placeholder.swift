// InternetMessage
