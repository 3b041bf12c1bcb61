/* Stands where Postfix's sendmail would be, where only what comes before it is measured. */
int main(void)
{
  return 0;
}
