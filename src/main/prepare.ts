import { embeddedTemplate } from '../storage/embedded-template.ts'

// Run once after installation, so that the first start does not have to make a database from nothing.
await embeddedTemplate()
